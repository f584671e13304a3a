import type { AlarmConfig } from '../../config/index.ts';
import { asSignalboxError, onAbort, SignalboxError } from '../../kernel/index.ts';
import type { Clock, Emitter } from '../../kernel/index.ts';
import type { Ledger } from '../ledger.ts';
import { ramp } from '../ramp.ts';
import type { ScheduleEvents } from '../schedule-events.ts';
import { within } from '../within.ts';
import type { AlarmPlayer } from './alarm-player.ts';
import { AlarmWatch } from './alarm-watch.ts';
import type { RungAlarm } from './alarm-watch.ts';
import type { UsableDevice } from './find-device.ts';
import { isOwn, playerCallMs, startPlaying } from './start-playing.ts';
import type { Playback, Started } from './start-playing.ts';

/** So many devices of a player are remembered. */
const knownDevicesMost = 20;
/** A fade-in goes up by so much at once, in percent, and so often at least. */
export const fadeStep = { percentMost: 5, everyMs: 5_000 } as const;
const minuteMs = 60_000;
const rungNote = 'rung:';
const devicesNote = 'devices:';

export interface AlarmDeskOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly ledger: Ledger;
  readonly events: Emitter<ScheduleEvents>;
  readonly players: ReadonlyMap<string, AlarmPlayer>;
  /** Lets an alarm ring again, after a snooze. */
  readonly ringAgain: (alarm: string) => void;
  readonly notify: (job: string, level: 'info' | 'warn', message: string) => void;
}

/** Lets alarms ring, and looks after those that have: snooze, stop, and what a restart leaves of them. */
export class AlarmDesk implements Disposable {
  readonly #options: AlarmDeskOptions;
  readonly #watches = new Map<string, AlarmWatch>();
  /** Fade-ins that are under way, by alarm. */
  readonly #fades = new Map<string, AbortController>();

  constructor(options: AlarmDeskOptions) {
    this.#options = options;
  }

  /** Goes on with what was snoozed or rang before a restart. */
  start(): void {
    for (const [, note] of this.#options.ledger.notes(rungNote)) {
      const rung = note as RungAlarm;
      if (this.#options.players.has(rung.player)) this.#watch(rung);
      else this.#forget(rung.alarm);
    }
  }

  /** Those that ring or are snoozed. */
  rung(alarm: string): RungAlarm | undefined {
    return this.#watches.get(alarm)?.rung;
  }

  /** Makes ready what takes time, a while before an alarm. Never throws: ringing finds out. */
  async warmUp({ player: name }: AlarmConfig, signal: AbortSignal): Promise<void> {
    const player = this.#options.players.get(name);
    if (player === undefined) return;
    const { clock } = this.#options;
    try {
      await within(clock, playerCallMs, signal, 'preparing the player', async (inTime) => {
        await player.prepare(inTime);
        const devices = await player.devices(inTime);
        const met = devices.map(({ id, name: device }) => ({ id, name: device }));
        this.#know(name, (known) => [...known, ...met]);
      });
    } catch (error) {
      if (signal.aborted) return;
      const { message } = asSignalboxError(error);
      const text = `player ${name} cannot be prepared: ${message}`;
      this.#options.notify(name, 'warn', text);
    }
  }

  /**
   * Lets an alarm ring, and looks after it from then on.
   * @param isAgain after a snooze: it goes on, with its whole volume
   * @returns what came of it, in words
   * @throws ALARM_FAILED; CANCELLED
   */
  async ring(
    alarm: string,
    config: AlarmConfig,
    { isAgain }: { readonly isAgain: boolean },
    signal: AbortSignal,
  ): Promise<string> {
    const { clock, events } = this.#options;
    const player = this.#player(config.player);
    const before = this.rung(alarm);
    const fadesIn = config.fadeIn && !isAgain;
    const how = { fromSilence: fadesIn, goesOn: isAgain };
    const started =
      (await this.#found(player, config, before, signal)) ??
      (await this.#start(alarm, config, how, signal));
    const rangAtMs = clock.now();
    const rung: RungAlarm = {
      alarm,
      player: config.player,
      started,
      rangAtMs,
      untilMs: before?.untilMs ?? rangAtMs + config.snoozeWindowMinutes * minuteMs,
      snoozeMs: config.snoozeMinutes * minuteMs,
      graceMs: config.graceS * 1_000,
      listens: config.snooze,
    };
    this.#watch(rung);
    events.emit('alarm', { alarm, state: 'ringing' });
    if (started.isSilent) await this.#fadeIn(rung, player, config, signal);
    return `plays on ${started.device.name} at ${config.volume} %`;
  }

  /**
   * Silences an alarm until later.
   * @param forMs @default its own time
   * @throws BAD_ARGUMENT when it does not ring; what the player throws
   */
  async snooze(alarm: string, forMs: number | undefined, signal: AbortSignal): Promise<RungAlarm> {
    const watch = this.#watches.get(alarm);
    if (watch === undefined) {
      throw new SignalboxError('BAD_ARGUMENT', `alarm ${alarm} does not ring`, {
        nextStep: 'Snooze it while it rings; `signalbox alarm` shows how it stands.',
      });
    }
    this.#endFade(alarm);
    await watch.snooze(forMs ?? watch.rung.snoozeMs, signal);
    return watch.rung;
  }

  /** Silences an alarm for good. @returns whether it rang or was snoozed */
  async stop(alarm: string, reason: string, signal: AbortSignal): Promise<boolean> {
    this.#endFade(alarm);
    const watch = this.#watches.get(alarm);
    if (watch === undefined) return false;
    const { rung } = watch;
    this.#over(alarm, reason);
    // Whoever snoozed it may be playing something else by now.
    if (rung.snoozedUntilMs !== undefined) return true;
    const player = this.#player(rung.player);
    const { clock } = this.#options;
    await within(clock, playerCallMs, signal, 'pausing the player', async (inTime) => {
      const state = await player.state(inTime);
      if (state.isPlaying && isOwn(state, rung.started)) await player.pause(inTime);
    });
    return true;
  }

  /** Looks after an alarm no more, and leaves its player as it is. */
  drop(alarm: string, reason: string): void {
    if (this.#watches.has(alarm)) this.#over(alarm, reason);
  }

  get watched(): string[] {
    return [...this.#watches.keys()];
  }

  async startPlaying(name: string, playback: Playback, signal: AbortSignal): Promise<Started> {
    const { clock, random, ledger } = this.#options;
    const known = (ledger.note(devicesNote + name) ?? []) as UsableDevice[];
    const started = await startPlaying(this.#player(name), playback, {
      clock,
      random,
      signal,
      known,
    });
    this.#know(name, (devices) => [started.device, ...devices]);
    return started;
  }

  /** What rang or is snoozed goes on after the next start. */
  [Symbol.dispose](): void {
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches.clear();
  }

  async #start(
    alarm: string,
    config: AlarmConfig,
    how: Pick<Playback, 'fromSilence' | 'goesOn'>,
    signal: AbortSignal,
  ): Promise<Started> {
    const { playlist: uri, volume, shuffle, device, fallbackDevice } = config;
    try {
      const playback = { uri, volume, shuffle, device, fallbackDevice, ...how };
      return await this.startPlaying(config.player, playback, signal);
    } catch (error) {
      if (!signal.aborted) this.drop(alarm, asSignalboxError(error).message);
      throw error;
    }
  }

  /** After a crash: what it began plays already, and nobody wants it from its beginning. */
  async #found(
    player: AlarmPlayer,
    { volume }: AlarmConfig,
    before: RungAlarm | undefined,
    signal: AbortSignal,
  ): Promise<Started | undefined> {
    if (before === undefined || before.snoozedUntilMs !== undefined) return undefined;
    const { clock } = this.#options;
    try {
      return await within(clock, playerCallMs, signal, 'reading the player', async (inTime) => {
        const state = await player.state(inTime);
        if (!state.isPlaying || !isOwn(state, before.started)) return undefined;
        await player.setVolume(volume, before.started.device.id, inTime);
        return { ...before.started, isSilent: false };
      });
    } catch (error) {
      if (signal.aborted) throw error;
      return undefined;
    }
  }

  async #fadeIn(
    { alarm, started }: RungAlarm,
    player: AlarmPlayer,
    { volume, fadeInS }: AlarmConfig,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#options;
    const { id: deviceId } = started.device;
    const fade = new AbortController();
    using _listener = onAbort(signal, () => fade.abort(signal.reason));
    this.#fades.set(alarm, fade);
    const overMs = fadeInS * 1_000;
    const steps = Math.max(1, Math.ceil(volume / fadeStep.percentMost));
    try {
      await ramp({
        clock,
        from: 0,
        to: volume,
        overMs,
        everyMs: Math.min(fadeStep.everyMs, overMs / steps),
        isWhole: true,
        write: async (percent) =>
          await within(
            clock,
            playerCallMs,
            fade.signal,
            'setting the volume',
            async (inTime) => await player.setVolume(percent, deviceId, inTime),
          ),
        signal: fade.signal,
      });
    } catch (error) {
      // Somebody silenced it, which is what they wanted.
      if (signal.aborted || !fade.signal.aborted) throw error;
    } finally {
      if (this.#fades.get(alarm) === fade) this.#fades.delete(alarm);
    }
  }

  #endFade(alarm: string): void {
    this.#fades.get(alarm)?.abort(new SignalboxError('CANCELLED', `alarm ${alarm} was silenced`));
  }

  #watch(rung: RungAlarm): void {
    const { clock, events, ringAgain, notify } = this.#options;
    const { alarm } = rung;
    this.#watches.get(alarm)?.[Symbol.dispose]();
    this.#write(rung);
    let told = '';
    const watch = new AlarmWatch(rung, {
      clock,
      player: this.#player(rung.player),
      changed: (changed) => {
        this.#endFade(alarm);
        this.#write(changed);
        const { snoozedUntilMs: untilMs } = changed;
        events.emit('alarm', {
          alarm,
          state: 'snoozed',
          ...(untilMs === undefined ? {} : { untilMs }),
        });
      },
      over: (reason) => this.#over(alarm, reason),
      wake: () => ringAgain(alarm),
      failed: (message) => {
        if (message !== told)
          notify(alarm, 'warn', `alarm ${alarm} cannot be looked after: ${message}`);
        told = message;
      },
    });
    this.#watches.set(alarm, watch);
  }

  #over(alarm: string, reason: string): void {
    this.#endFade(alarm);
    this.#watches.get(alarm)?.[Symbol.dispose]();
    this.#watches.delete(alarm);
    this.#forget(alarm);
    this.#options.events.emit('alarm', { alarm, state: 'over', reason });
  }

  #write(rung: RungAlarm): void {
    this.#note(rung.alarm, () => this.#options.ledger.setNote(rungNote + rung.alarm, rung));
  }

  #forget(alarm: string): void {
    this.#note(alarm, () => this.#options.ledger.setNote(rungNote + alarm, undefined));
  }

  /** Remembers devices of a player, the one that was used last first. */
  #know(player: string, change: (known: readonly UsableDevice[]) => readonly UsableDevice[]): void {
    const { ledger } = this.#options;
    this.#note(player, () => {
      const known = (ledger.note(devicesNote + player) ?? []) as UsableDevice[];
      const byId = new Map<string, UsableDevice>();
      for (const device of change(known)) {
        if (!byId.has(device.id)) byId.set(device.id, device);
      }
      ledger.setNote(devicesNote + player, [...byId.values()].slice(0, knownDevicesMost));
    });
  }

  /** What rings goes on ringing also when nothing can be written down. */
  #note(job: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#options.events.emit('fault', { job, error: asSignalboxError(error) });
    }
  }

  #player(name: string): AlarmPlayer {
    const player = this.#options.players.get(name);
    if (player !== undefined) return player;
    throw new SignalboxError('ALARM_FAILED', `there is no player '${name}'`);
  }
}
