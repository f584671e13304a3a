import type { Random } from '../seeded-random.ts';
import { alarmBits, FlowAlarm } from './flow-alarm.ts';
import { FlowCounter } from './flow-counter.ts';
import { FlowLoop, fullScale } from './flow-loop.ts';
import { fluids, litres, litresPerMinute } from './fluids.ts';

/** A change of fluid takes so long to show: in its number, name and capacity. */
export const fluidSettlesMs = 1_500;
const defaultLagMs = 300;
/** What the measured flow trembles by. */
const defaultNoiseShare = 0.001;

export interface FlowChannelOptions {
  /** The fluid at the start. @default 'N2' */
  readonly fluid?: string;
  /** Flow of that fluid at 100 %. @default 500 */
  readonly capacity?: number;
  /** @default 'mln/min' */
  readonly unit?: string;
  /** Time constant with which the flow follows its setpoint. @default 300 */
  readonly lagMs?: number;
  /** How much the measured flow trembles, as a share of it. @default 0.001 */
  readonly noiseShare?: number;
}

/** What a channel has around it. */
export interface ChannelSurroundings {
  readonly random: Random;
  /** The measured flow of a channel of another instrument, raw; 0 where there is none. */
  readonly flowOf: (node: number, process: number) => number;
}

/** What measured values a raw value of 16 bits can tell. Manual 9.17.027, measure. */
const measureRange = { least: -23_593, most: 41_942 };

/** One channel of a flow controller, in the units of its user. */
export class FlowChannel {
  readonly loop: FlowLoop;
  readonly alarm: FlowAlarm = new FlowAlarm();
  readonly counter: FlowCounter = new FlowCounter();
  readonly #random: Random;
  readonly #noiseShare: number;
  #noise = 0;
  #fluidNumber: number;
  #pending: { readonly number: number; leftMs: number } | undefined;
  /** Flow at 100 % and at 0 %. */
  capacity: number;
  capacityAtZero = 0;
  fluidName: string;
  /** As a slave it follows this channel of this node, in percent of its flow. */
  masterNode = 3;
  masterProcess = 1;
  slaveFactor = 100;
  #unit: string;

  constructor(options: FlowChannelOptions, { random, flowOf }: ChannelSurroundings) {
    const { fluid = 'N2', capacity = 500, unit = 'mln/min', lagMs = defaultLagMs } = options;
    this.loop = new FlowLoop({
      lagMs,
      masterOutput: () => (flowOf(this.masterNode, this.masterProcess) * this.slaveFactor) / 100,
    });
    this.#random = random;
    this.#noiseShare = options.noiseShare ?? defaultNoiseShare;
    this.#fluidNumber = Math.max(
      0,
      fluids.findIndex(({ name }) => name === fluid),
    );
    this.fluidName = fluid;
    this.capacity = capacity;
    this.#unit = unit;
  }

  /** Lets time pass. */
  advance(elapsedMs: number): void {
    this.#settleFluid(elapsedMs);
    const { loop, alarm, counter } = this;
    const before = loop.measured;
    loop.advance(elapsedMs);
    const mean = this.#inUnit((before + loop.measured) / 2);
    const litresOfFlow = mean * (litresPerMinute(this.#unit) ?? 1);
    counter.add((litresOfFlow * elapsedMs) / 60_000 / litres(counter.unit));
    alarm.update(loop.measured, loop.setpoint, elapsedMs);
    const setpoint = alarm.takeNewSetpoint() ?? counter.takeNewSetpoint();
    if (setpoint !== undefined) loop.setpoint = setpoint;
    // Drawn once for all values of a message, so that measure and fMeasure agree.
    this.#noise = (this.#random() * 2 - 1) * this.#noiseShare;
  }

  get measure(): number {
    const raw = Math.round(this.loop.measured * (1 + this.#noise));
    return Math.min(Math.max(raw, measureRange.least), measureRange.most);
  }

  get fMeasure(): number {
    return this.#inUnit(this.loop.measured * (1 + this.#noise));
  }

  get fSetpoint(): number {
    return this.#inUnit(this.loop.setpoint);
  }

  set fSetpoint(value: number) {
    this.loop.setpoint = this.rawOf(value);
  }

  /** The raw setpoint of a flow; NaN when the range has no width. */
  rawOf(flow: number): number {
    return ((flow - this.capacityAtZero) / (this.capacity - this.capacityAtZero)) * fullScale;
  }

  get alarmInfo(): number {
    return this.alarm.bits | (this.counter.isFull ? alarmBits.batch : 0);
  }

  get fluidNumber(): number {
    return this.#fluidNumber;
  }

  /** Begins to change the fluid; nothing shows it before it has settled. */
  set fluidNumber(number: number) {
    this.#pending = { number, leftMs: fluidSettlesMs };
  }

  get unit(): string {
    return this.#unit;
  }

  /** The capacity stays the same flow: 2000 mln/min are 2 ln/min then. */
  set unit(unit: string) {
    const [from, to] = [litresPerMinute(this.#unit), litresPerMinute(unit)];
    if (from !== undefined && to !== undefined) {
      this.capacity *= from / to;
      this.capacityAtZero *= from / to;
    }
    this.#unit = unit;
  }

  #inUnit(raw: number): number {
    return (raw / fullScale) * (this.capacity - this.capacityAtZero) + this.capacityAtZero;
  }

  #settleFluid(elapsedMs: number): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    pending.leftMs -= elapsedMs;
    if (pending.leftMs > 0) return;
    const [before, after] = [fluids[this.#fluidNumber], fluids[pending.number]];
    this.capacity *= (after?.factor ?? 1) / (before?.factor ?? 1);
    this.#fluidNumber = pending.number;
    this.fluidName = after?.name ?? '';
    this.#pending = undefined;
  }
}
