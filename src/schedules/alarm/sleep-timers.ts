import { asSignalboxError, didYouMean, SignalboxError, sleep } from '../../kernel/index.ts';
import type { Clock, Emitter } from '../../kernel/index.ts';
import type { Ledger } from '../ledger.ts';
import { ramp } from '../ramp.ts';
import type { ScheduleEvents } from '../schedule-events.ts';
import { WakeUp } from '../wake-up.ts';
import { within } from '../within.ts';
import type { AlarmPlayer } from './alarm-player.ts';
import { playerCallMs } from './start-playing.ts';

/** The volume goes down to 0 in the last part of a sleep timer. */
export const fadeOutMs = 60_000;
const fadeEveryMs = 5_000;
/** A sleep timer is so long unless told otherwise, and so long at most, in minutes. */
export const sleepMinutes = { usual: 30, most: 240 } as const;
/** What ended while the gateway was away is made up for, unless it is longer ago. */
const graceMs = 600_000;
/** A player that cannot be paused is tried so often. */
const attemptsMost = 3;
const attemptEveryMs = 2_000;
const sleepNote = 'sleep:';

/** A player that will be silent; plain data, kept over restarts. */
export interface SleepTimer {
  readonly player: string;
  readonly endsAtMs: number;
  readonly minutes: number;
  /** Who set it. */
  readonly by: string;
}

/** What is kept of one over restarts. */
interface SleepNote extends SleepTimer {
  /** The volume that its fade-out began at; absent before that. */
  readonly volume?: number;
}

export interface SleepTimersOptions {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly events: Emitter<ScheduleEvents>;
  readonly players: ReadonlyMap<string, AlarmPlayer>;
  readonly notify: (job: string, level: 'info' | 'warn', message: string) => void;
}

interface Running {
  readonly timer: SleepTimer;
  readonly wakeUp: WakeUp;
  readonly controller: AbortController;
  /** The volume that the fade-out began at. */
  volume: number | undefined;
}

/** Lets players fall silent after a time. */
export class SleepTimers implements Disposable {
  readonly #options: SleepTimersOptions;
  readonly #running = new Map<string, Running>();

  constructor(options: SleepTimersOptions) {
    this.#options = options;
  }

  get list(): SleepTimer[] {
    return [...this.#running.values()].map(({ timer }) => timer);
  }

  /** Goes on with those that a restart left. */
  start(): void {
    const { clock, ledger, players } = this.#options;
    for (const [name, note] of ledger.notes(sleepNote)) {
      const { volume, ...timer } = note as SleepNote;
      if (players.has(timer.player) && clock.now() - timer.endsAtMs <= graceMs)
        this.#run(timer, volume);
      else ledger.setNote(name, undefined);
    }
  }

  /**
   * Replaces the one before.
   * @throws NOT_FOUND for a player that there is not; VALUE_OUT_OF_RANGE
   */
  set(player: string, minutes: number, by: string): SleepTimer {
    const { clock, ledger, players } = this.#options;
    if (!players.has(player)) {
      throw new SignalboxError(
        'NOT_FOUND',
        `no player '${player}'${didYouMean(player, players.keys())}`,
      );
    }
    if (!(minutes >= 1 && minutes <= sleepMinutes.most)) {
      throw new SignalboxError(
        'VALUE_OUT_OF_RANGE',
        `a sleep timer of ${minutes} minutes is outside its limits: 1 to ${sleepMinutes.most}`,
      );
    }
    this.#end(player);
    const timer = { player, minutes, by, endsAtMs: clock.now() + minutes * 60_000 };
    ledger.setNote(sleepNote + player, timer);
    this.#run(timer);
    return timer;
  }

  /** Lets the player play on, as loud as before. @returns whether there was one */
  async stop(player: string, signal: AbortSignal): Promise<boolean> {
    const running = this.#running.get(player);
    if (running === undefined) return false;
    this.#end(player);
    this.#options.ledger.setNote(sleepNote + player, undefined);
    this.#tell(running, 'stopped');
    if (running.volume !== undefined) await this.#setVolume(player, running.volume, signal);
    return true;
  }

  /** They go on after the next start. */
  [Symbol.dispose](): void {
    for (const player of this.#running.keys()) this.#end(player);
  }

  #run(timer: SleepTimer, volume?: number): void {
    const { clock } = this.#options;
    const fadeAtMs = timer.endsAtMs - fadeOutMs;
    const wakeUp = new WakeUp(clock, () => {
      if (clock.now() < fadeAtMs) wakeUp.set(fadeAtMs);
      else void this.#fallSilent(running);
    });
    const controller = new AbortController();
    const running: Running = { timer, wakeUp, controller, volume };
    this.#running.set(timer.player, running);
    this.#tell(running, 'running');
    wakeUp.set(fadeAtMs);
  }

  /** Never rejects. */
  async #fallSilent(running: Running): Promise<void> {
    const { player: name, endsAtMs } = running.timer;
    const { clock, notify } = this.#options;
    const { signal } = running.controller;
    this.#tell(running, 'fading');
    try {
      await this.#fadeOut(running, Math.min(fadeOutMs, endsAtMs - clock.now()));
      for (let attempt = 1; ; attempt += 1) {
        try {
          await this.#call(name, signal, async (player, inTime) => await player.pause(inTime));
          break;
        } catch (error) {
          if (attempt === attemptsMost || signal.aborted) throw error;
          await sleep(clock, attemptEveryMs, signal);
        }
      }
      // Who plays something in the morning wants to hear it.
      if (running.volume !== undefined) await this.#setVolume(name, running.volume, signal);
      this.#over(running, 'ended');
    } catch (error) {
      if (signal.aborted) return;
      const { message } = asSignalboxError(error);
      this.#over(running, 'failed', message);
      notify(name, 'warn', `the sleep timer could not silence player ${name}: ${message}`);
    }
  }

  /** A player whose volume cannot be set is paused all the same. */
  async #fadeOut(running: Running, overMs: number): Promise<void> {
    const { player: name } = running.timer;
    const { clock } = this.#options;
    const { signal } = running.controller;
    try {
      const state = await this.#call(
        name,
        signal,
        async (player, inTime) => await player.state(inTime),
      );
      const from = state.device?.volume;
      if (!state.isPlaying || from === undefined || overMs <= 0) return;
      // After a restart in the middle of it, the player is quieter than it was.
      running.volume ??= from;
      this.#keepVolume(running);
      await ramp({
        clock,
        from,
        to: 0,
        overMs,
        everyMs: fadeEveryMs,
        isWhole: true,
        write: async (percent) =>
          await this.#call(
            name,
            signal,
            async (player, inTime) => await player.setVolume(percent, undefined, inTime),
          ),
        signal,
      });
    } catch (error) {
      if (signal.aborted) throw error;
    }
  }

  #keepVolume({ timer, volume }: Running): void {
    try {
      this.#options.ledger.setNote(sleepNote + timer.player, { ...timer, volume });
    } catch {
      // Only a restart in the next minute would need it.
    }
  }

  async #setVolume(name: string, percent: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#call(
        name,
        signal,
        async (player, inTime) => await player.setVolume(percent, undefined, inTime),
      );
    } catch (error) {
      if (signal.aborted) throw error;
    }
  }

  async #call<Result>(
    name: string,
    signal: AbortSignal,
    run: (player: AlarmPlayer, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const player = this.#options.players.get(name);
    if (player === undefined) throw new SignalboxError('NOT_FOUND', `no player '${name}'`);
    return await within(
      this.#options.clock,
      playerCallMs,
      signal,
      `player ${name}`,
      async (inTime) => await run(player, inTime),
    );
  }

  #end(player: string): void {
    const running = this.#running.get(player);
    if (running === undefined) return;
    running.wakeUp[Symbol.dispose]();
    running.controller.abort(new SignalboxError('CANCELLED', 'the sleep timer was ended'));
    this.#running.delete(player);
  }

  #over(running: Running, state: 'ended' | 'failed', reason?: string): void {
    const { player } = running.timer;
    if (this.#running.get(player) !== running) return;
    this.#running.delete(player);
    running.wakeUp[Symbol.dispose]();
    try {
      this.#options.ledger.setNote(sleepNote + player, undefined);
    } catch (error) {
      // What is left of it is thrown away at a start that is late enough.
      const { message } = asSignalboxError(error);
      const told = `the sleep timer of player ${player} is over, and is noted still: ${message}`;
      this.#options.notify(player, 'warn', told);
    }
    this.#tell(running, state, reason);
  }

  #tell({ timer }: Running, state: ScheduleEvents['sleepTimer']['state'], reason?: string): void {
    const { player, endsAtMs } = timer;
    this.#options.events.emit('sleepTimer', {
      player,
      state,
      endsAtMs,
      ...(reason === undefined ? {} : { reason }),
    });
  }
}
