import { createHash } from 'node:crypto';
import { isOccurrence, isSecretName } from '../../config/index.ts';
import type { AlertRule } from '../../config/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import type { LatestRecord } from '../latest/latest-value.ts';
import type { AlertRecord, AlertValue } from './alert-record.ts';
import { goodValue, judge, numberOf } from './conditions.ts';
import { Hold } from './hold.ts';
import type { HoldState } from './hold.ts';
import { RateWindow } from './rate-window.ts';
import { evidenceOf, occurrenceOf, plainValue } from './rule-words.ts';
import type { Evidence } from './rule-words.ts';

/** What comes and goes too often clears only when it has been over for so long, in ms. */
export const flappingClearMs = 600_000;
const hourMs = 3_600_000;

/** What a series tells, and asks for. */
export interface SeriesDesk {
  readonly clock: Clock;
  /** @param isTooOften it happened more often than it may be told within an hour: it is counted only */
  raise(series: AlertSeries, evidence: Evidence, isTooOften: boolean): void;
  clear(series: AlertSeries): void;
  /** The last value of what is told when it changes is another one now. */
  keep(series: AlertSeries, baseline: AlertValue): void;
  /** What 100 % of a parameter is, as the family of its instrument knows it. */
  fullScale(instrument: string, parameter: string): number | undefined;
}

/** One rule of one subject: what has been seen, and how it stands. */
export class AlertSeries {
  readonly subject: string;
  /** The alert that is raised. */
  open: AlertRecord | undefined;
  readonly #desk: SeriesDesk;
  readonly #hold: Hold;
  #rule: AlertRule;
  #rates: RateWindow;
  #baseline: AlertValue | undefined;
  #problem: string | undefined;
  #evidence: () => Evidence = () => ({ message: '' });
  /** When it was raised within the last hour, ms since 1970. */
  #raisesMs: readonly number[];
  #goodMs: number;
  #gap: Timer | undefined;

  constructor(
    rule: AlertRule,
    subject: string,
    desk: SeriesDesk,
    before: {
      readonly open?: AlertRecord | undefined;
      readonly baseline?: AlertValue | undefined;
      readonly raisesMs?: readonly number[] | undefined;
    } = {},
  ) {
    this.#rule = rule;
    this.subject = subject;
    this.#desk = desk;
    this.open = before.open;
    this.#baseline = before.baseline;
    this.#raisesMs = before.raisesMs ?? [];
    this.#rates = new RateWindow(rule.overS * 1_000);
    this.#goodMs = desk.clock.monotonic();
    this.#hold = new Hold({
      clock: desk.clock,
      isRaised: this.open !== undefined && !isOccurrence(rule.is),
      forMs: () => (this.#rule.is === 'absent' ? 0 : this.#rule.forS * 1_000),
      clearForMs: () =>
        Math.max(this.#rule.clearForS * 1_000, this.isFlapping ? flappingClearMs : 0),
      raised: () => this.#raise(this.#evidence()),
      cleared: () => desk.clear(this),
    });
    if (rule.is === 'absent') this.#watchGap();
  }

  get rule(): AlertRule {
    return this.#rule;
  }

  get state(): HoldState {
    return this.#hold.state;
  }

  /** Why it cannot be judged as things are. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether it was raised as often within the last hour as it may be. */
  get isFlapping(): boolean {
    return this.#recentRaises().length >= this.#rule.raisesPerHourMost;
  }

  /** The same rule, said otherwise: what waits begins anew. */
  change(rule: AlertRule): void {
    this.#rule = rule;
    this.#problem = undefined;
    this.#rates = new RateWindow(rule.overS * 1_000);
    this.#hold.rest();
    this.#gap?.cancel();
    this.#gap = undefined;
    if (rule.is === 'absent') this.#watchGap();
  }

  /** Some values of its instrument are new. */
  take({ values }: LatestRecord, parameters: readonly string[]): void {
    const { is, parameter, from, range } = this.#rule;
    const isNew = parameters.includes(parameter);
    if (is === 'absent') {
      if (isNew && goodValue(values, parameter) !== undefined) this.#seen();
      return;
    }
    if (isOccurrence(is)) {
      if (isNew) this.#compare(values);
      return;
    }
    const concerns =
      isNew || (is === 'deviating' && parameters.some((each) => each === from || each === range));
    if (!concerns) return;
    const judgement = judge(this.#rule, values, {
      isRaised: this.#hold.isRaised,
      fullScale: () => this.#desk.fullScale(this.subject, parameter),
      rates: this.#rates,
    });
    const latest = values[parameter];
    this.#problem = judgement.problem;
    this.#evidence = () => evidenceOf(this.#rule, this.subject, latest, judgement);
    this.#hold.take(judgement.verdict);
  }

  /** How a port, an instrument or the recorder is. @param why it cannot be used */
  takeState(isDown: boolean | undefined, why: string): void {
    this.#evidence = () => ({ message: `${this.subject}: ${why}` });
    this.#hold.take(isDown === undefined ? 'unknown' : isDown ? 'holds' : 'over');
  }

  /** It waits for nothing any more. */
  end(): void {
    this.#hold.rest();
    this.#gap?.cancel();
    this.#gap = undefined;
  }

  /** A value has come: the one after it is waited for. */
  #seen(): void {
    this.#goodMs = this.#desk.clock.monotonic();
    this.#hold.take('over');
    if (this.#gap === undefined) this.#watchGap();
  }

  /** One timer a gap, not one a value: where values have come since, the rest of the time is waited for. */
  #watchGap(): void {
    const { clock } = this.#desk;
    const forMs = this.#rule.forS * 1_000;
    const leftMs = this.#goodMs + forMs - clock.monotonic();
    if (leftMs > 0) {
      this.#gap = clock.schedule(leftMs, () => this.#watchGap());
      return;
    }
    this.#gap = undefined;
    const { parameter, forS } = this.#rule;
    this.#evidence = () => ({
      message: `${this.subject}: no good value of ${parameter} for ${forS} s`,
    });
    this.#hold.take('holds');
  }

  /** Told when it changes: the first value that is ever seen is what later ones are held against. */
  #compare(values: LatestRecord['values']): void {
    const { is, parameter } = this.#rule;
    const given = goodValue(values, parameter);
    if (given === undefined || Number.isNaN(given)) return;
    // A secret is known again by its digest, and written down nowhere.
    const value = isSecretName(parameter) ? digestOf(plainValue(given)) : plainValue(given);
    const before = this.#baseline;
    if (value === before) return;
    const number = numberOf(given);
    if (is !== 'changed' && number === undefined) {
      this.#problem = `${parameter} is no number`;
      return;
    }
    const was = before === undefined ? undefined : Number(before);
    const isHigher = was !== undefined && number !== undefined && number > was;
    const isLower = was !== undefined && number !== undefined && number < was;
    const hasHappened =
      is === 'changed'
        ? before !== undefined
        : is === 'increased' || is === 'highest'
          ? isHigher
          : isLower;
    // Of a record only a better one is kept; of a counter every value, also after it began anew.
    const isRecord = is === 'highest' || is === 'lowest';
    if (isRecord && was !== undefined && !hasHappened) return;
    this.#baseline = value;
    this.#desk.keep(this, value);
    if (!hasHappened || before === undefined) return;
    this.#raise(occurrenceOf(this.#rule, this.subject, values[parameter], before));
  }

  #raise(evidence: Evidence): void {
    const isTooOften = isOccurrence(this.#rule.is) && this.isFlapping;
    if (!isTooOften) this.#raisesMs = [...this.#recentRaises(), this.#desk.clock.now()];
    this.#desk.raise(this, evidence, isTooOften);
  }

  #recentRaises(): readonly number[] {
    const nowMs = this.#desk.clock.now();
    return this.#raisesMs.filter((atMs) => atMs > nowMs - hourMs && atMs <= nowMs);
  }
}

function digestOf(value: AlertValue): string {
  return createHash('sha256').update(String(value)).digest('hex');
}
