import type { Clock } from '../../kernel/index.ts';
import type { MinerKind } from './miners-definition.ts';

/** What a family of miners does. */
export interface MinerNature {
  readonly model: string;
  /** With everything as it comes from the maker. */
  readonly hashRate: number;
  readonly power: number;
  readonly temperature: number;
  readonly frequency: number;
}

const bitaxe: MinerNature = {
  model: 'BM1370',
  hashRate: 1_071,
  power: 18,
  temperature: 58,
  frequency: 525,
};

const natures: Readonly<Record<MinerKind, MinerNature>> = {
  bitaxe,
  'bitaxe-old': { model: 'BM1366', hashRate: 433.6, power: 13, temperature: 55, frequency: 485 },
  avalon: {
    model: 'Avalon Nano3s',
    hashRate: 6_000,
    power: 140,
    temperature: 80,
    frequency: 345.94,
  },
  cgminer: { model: 'SIM', hashRate: 14_000, power: 1_300, temperature: 70, frequency: 650 },
  magic: { model: 'BG02', hashRate: 7_000, power: 140, temperature: 62, frequency: 600 },
  stranger: { model: '', hashRate: 0, power: 0, temperature: 0, frequency: 0 },
};

/** A chip that is hotter stops. Source: ESP-Miner, THROTTLE_TEMP. */
export const overheatDegrees = 75;
/** On average a miner of a solo pool finds a share so often. */
const shareMs = 4_000;
const rejectedShare = 0.01;

/**
 * What one miner is and does. Nothing runs: it is worked out when somebody asks, so that a thousand of
 * them cost nothing while nobody does.
 */
export class MinerState {
  /** From 1 on. */
  readonly number: number;
  readonly kind: MinerKind;
  readonly nature: MinerNature;
  readonly #mac: string;
  readonly #clock: Clock;
  readonly #seed: number;
  #startedMs: number;
  #blocks = 0;
  /** Difficulty of the best share of all times, before this start. */
  #bestBefore = 1_290_000;
  isPaused = false;
  isOverheated = false;
  isBlockNews = false;
  /** Whether it says that it is another one. */
  isImpostor = false;
  frequency: number;

  constructor(number: number, kind: MinerKind, seed: number, clock: Clock) {
    this.number = number;
    this.kind = kind;
    this.nature = natures[kind];
    this.#seed = seed;
    this.#clock = clock;
    this.#startedMs = clock.monotonic();
    this.frequency = this.nature.frequency;
    this.#mac = `02${(seed & 0xff).toString(16).padStart(2, '0')}${number.toString(16).padStart(8, '0')}`;
  }

  /** Twelve digits in lower case. */
  get mac(): string {
    return this.isImpostor ? `06${this.#mac.slice(2)}` : this.#mac;
  }

  get uptimeSeconds(): number {
    return Math.floor((this.#clock.monotonic() - this.#startedMs) / 1_000);
  }

  /** In GH/s. */
  get hashRate(): number {
    if (this.isPaused || this.isOverheated) return 0;
    return this.expectedHashRate * (1 + 0.05 * this.#noise(1));
  }

  get expectedHashRate(): number {
    return (this.nature.hashRate * this.frequency) / this.nature.frequency;
  }

  get power(): number {
    const share = this.hashRate === 0 ? 0.2 : this.frequency / this.nature.frequency;
    return this.nature.power * share * (1 + 0.02 * this.#noise(2));
  }

  get temperature(): number {
    if (this.isOverheated) return overheatDegrees + 5 + this.#noise(3);
    return this.nature.temperature + 1.5 * this.#noise(3);
  }

  get fanPercent(): number {
    return this.isOverheated ? 100 : Math.round(55 + 5 * this.#noise(4));
  }

  get acceptedShares(): number {
    return this.#shares - this.rejectedShares;
  }

  get rejectedShares(): number {
    return Math.floor(this.#shares * rejectedShare);
  }

  get blocksFound(): number {
    return this.#blocks;
  }

  /** Since it started. Of twice as many shares the best is twice as good, so that bests become rare. */
  get sessionBest(): number {
    const shares = 2 ** Math.floor(Math.log2(1 + this.#shares));
    return Math.round(10_000 * shares * (1 + (this.number % 7) / 10));
  }

  get best(): number {
    return Math.max(this.#bestBefore, this.sessionBest);
  }

  /** What they say of themselves after a restart. */
  restart(): void {
    this.#bestBefore = this.best;
    this.#startedMs = this.#clock.monotonic();
    this.isPaused = false;
    this.isOverheated = false;
    this.isBlockNews = false;
  }

  findBlock(): void {
    this.#blocks += 1;
    this.isBlockNews = true;
    this.#bestBefore = Math.max(this.#bestBefore, 130e12);
  }

  get #shares(): number {
    return Math.floor((this.#clock.monotonic() - this.#startedMs) / shareMs);
  }

  /** From -1 to 1; the same all through a second, whoever asks. */
  #noise(what: number): number {
    const second = Math.floor(this.#clock.monotonic() / 1_000);
    let mixed = Math.imul(this.#seed + this.number * 7_919 + what * 104_729 + second, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    return ((mixed ^ (mixed >>> 13)) >>> 0) / 2_147_483_648 - 1;
  }
}
