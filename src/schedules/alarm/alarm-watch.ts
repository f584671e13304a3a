import { asSignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { WakeUp } from '../wake-up.ts';
import { within } from '../within.ts';
import type { AlarmPlayer, PlayerState } from './alarm-player.ts';
import { isOwn, playerCallMs } from './start-playing.ts';
import type { Started } from './start-playing.ts';

/** A player that rings is looked at so often. */
export const lookEveryMs = 15_000;
/** It is silent when it was so for so many looks in a row. */
export const silentLooks = 2;
/** A player that never seemed to play is not called silent before. */
export const settleMs = 45_000;
/** So loud is silent, in percent. */
export const silentVolume = 3;

/** An alarm that has rung and is not over; plain data, kept over restarts. */
export interface RungAlarm {
  readonly alarm: string;
  readonly player: string;
  readonly started: Started;
  readonly rangAtMs: number;
  /** It can be snoozed until then. */
  readonly untilMs: number;
  readonly snoozeMs: number;
  /** A snooze that is over for longer, as after a restart, does not ring any more. */
  readonly graceMs: number;
  /** Whether silencing it is a snooze. */
  readonly listens: boolean;
  /** When it goes on; absent while it rings. */
  readonly snoozedUntilMs?: number;
}

export interface AlarmWatchOptions {
  readonly clock: Clock;
  readonly player: AlarmPlayer;
  /** Told of each change, to write it down. */
  readonly changed: (rung: RungAlarm) => void;
  /** Told when it is over, and why. Called once. */
  readonly over: (reason: string) => void;
  /** Told when a snooze is over and it has to ring again. */
  readonly wake: () => void;
  /** Told of a player that cannot be asked; looked at again. */
  readonly failed: (message: string) => void;
}

/**
 * Looks after an alarm that has rung, until nobody will snooze it any more: somebody who silences the
 * player sleeps on, and is woken again; somebody who plays something else is awake.
 */
export class AlarmWatch implements Disposable {
  readonly #options: AlarmWatchOptions;
  readonly #life = new AbortController();
  readonly #wakeUp: WakeUp;
  #rung: RungAlarm;
  #silent = 0;
  #wasHeard = false;
  #isLooking = false;

  constructor(rung: RungAlarm, options: AlarmWatchOptions) {
    this.#rung = rung;
    this.#options = options;
    this.#wakeUp = new WakeUp(options.clock, () => this.#turn());
    this.#next();
  }

  get rung(): RungAlarm {
    return this.#rung;
  }

  /** Silences the player until later. @throws what the player throws: then it rings on */
  async snooze(forMs: number, signal: AbortSignal): Promise<void> {
    const { clock, player } = this.#options;
    await within(
      clock,
      playerCallMs,
      signal,
      'pausing the player',
      async (inTime) => await player.pause(inTime),
    );
    this.#sleepOn(forMs);
  }

  [Symbol.dispose](): void {
    this.#life.abort();
    this.#wakeUp[Symbol.dispose]();
  }

  #next(): void {
    const { snoozedUntilMs } = this.#rung;
    this.#wakeUp.set(snoozedUntilMs ?? this.#options.clock.now() + lookEveryMs);
  }

  #turn(): void {
    if (this.#life.signal.aborted) return;
    const { snoozedUntilMs, untilMs, graceMs } = this.#rung;
    const nowMs = this.#options.clock.now();
    if (snoozedUntilMs !== undefined) {
      if (nowMs < snoozedUntilMs) this.#next();
      else if (nowMs <= snoozedUntilMs + graceMs) this.#options.wake();
      else this.#end('its snooze was over too long ago');
      return;
    }
    if (nowMs >= untilMs) {
      this.#end('its window is over');
      return;
    }
    if (!this.#isLooking) void this.#look().then(() => this.#next());
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { clock, player, failed } = this.#options;
    this.#isLooking = true;
    try {
      const state = await within(
        clock,
        playerCallMs,
        this.#life.signal,
        'reading the player',
        async (signal) => await player.state(signal),
      );
      await this.#judge(state);
    } catch (error) {
      if (!this.#life.signal.aborted) failed(asSignalboxError(error).message);
    } finally {
      this.#isLooking = false;
    }
  }

  async #judge(state: PlayerState): Promise<void> {
    const { started, rangAtMs, snoozeMs, listens } = this.#rung;
    if (state.isPlaying && !isOwn(state, started)) {
      this.#end('something else is played');
      return;
    }
    const { volume = 100 } = state.device ?? {};
    const isSilent = !state.isPlaying || volume <= silentVolume;
    this.#wasHeard ||= !isSilent;
    const mayBeSilent = this.#wasHeard || this.#options.clock.now() - rangAtMs >= settleMs;
    this.#silent = isSilent && mayBeSilent ? this.#silent + 1 : 0;
    if (this.#silent < silentLooks) return;
    if (!listens) {
      this.#end('it was silenced');
      return;
    }
    await this.snooze(snoozeMs, this.#life.signal);
  }

  #sleepOn(forMs: number): void {
    if (this.#life.signal.aborted) return;
    const snoozedUntilMs = this.#options.clock.now() + forMs;
    this.#silent = 0;
    this.#rung = { ...this.#rung, snoozedUntilMs };
    this.#options.changed(this.#rung);
    this.#next();
  }

  #end(reason: string): void {
    this[Symbol.dispose]();
    this.#options.over(reason);
  }
}
