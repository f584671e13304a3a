import { isDeepStrictEqual } from 'node:util';
import { isOccurrence } from '../../config/index.ts';
import type { AlertRule } from '../../config/index.ts';
import { didYouMean, Emitter, given, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import type { LatestRecord } from '../latest/latest-value.ts';
import type { LatestValues } from '../latest/latest-values.ts';
import type { AlertStore, HistoryWish } from './alert-ledger.ts';
import type {
  AlertEnd,
  AlertRecord,
  AlertValue,
  Baseline,
  NoticeEvent,
  Silence,
} from './alert-record.ts';
import { AlertJournal } from './alert-journal.ts';
import type { Route } from './alert-journal.ts';
import type { AlertEvents, RuleStatus, WatchedSubject } from './alert-reports.ts';
import { AlertSeries } from './alert-series.ts';
import type { SeriesDesk } from './alert-series.ts';
import { concerns, identityOf, kindOf, missingOf } from './alert-subjects.ts';
import type { AlertSubjects, SubjectKind, SubjectState } from './alert-subjects.ts';
import type { Evidence } from './rule-words.ts';
import { covers, silencesMost, silentUntil } from './silences.ts';

const hourMs = 3_600_000;
/** A plan for a time farther off is made anew on the way, for clocks are set. */
const planMostMs = hourMs;
/** Values of an instrument that are forgotten, as when its polls are changed, may take so long to come again, in ms. */
export const goneAfterMs = 60_000;
export interface AlertsOptions {
  readonly latest: LatestValues;
  readonly store: AlertStore;
  readonly subjects: AlertSubjects;
  /** Names of the ways by which something is told. @default none */
  readonly route?: Route;
  /** Makes the keys of notices differ from those of other lives of the gateway. */
  readonly life: string;
  /** @default systemClock */
  readonly clock?: Clock;
  /** From 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * Rules over the newest values and over how instruments and ports are. An alert is raised once, whatever
 * becomes of the gateway: it is in the store, with what is to be told of it, before anybody is told.
 */
export class Alerts implements AsyncDisposable {
  readonly events: Emitter<AlertEvents>;
  readonly #latest: LatestValues;
  readonly #store: AlertStore;
  readonly #subjects: AlertSubjects;
  readonly #journal: AlertJournal;
  readonly #clock: Clock;
  readonly #desk: SeriesDesk;
  #rules: readonly AlertRule[] = [];
  /** By subject, then by rule; a record of values goes to those of its instrument. */
  readonly #series = new Map<string, Map<string, AlertSeries>>();
  readonly #states = new Map<string, SubjectState>();
  readonly #silences = new Map<number, Silence>();
  readonly #identities = new Map<string, string>();
  readonly #baselines = new Map<string, Baseline>();
  readonly #raises = new Map<string, number[]>();
  #plan: Timer | undefined;
  /** By instrument whose values were forgotten: until they have come again, or are taken for gone. */
  readonly #goneTimers = new Map<string, Timer>();
  #nextId = 1;
  #nextSilence = 1;
  #listening: DisposableStack | undefined;
  #isEnded = false;

  constructor(options: AlertsOptions) {
    this.events = new Emitter<AlertEvents>();
    this.#latest = options.latest;
    this.#store = options.store;
    this.#subjects = options.subjects;
    this.#clock = options.clock ?? systemClock;
    this.#journal = new AlertJournal({
      store: options.store,
      clock: this.#clock,
      random: options.random ?? Math.random,
      route: options.route ?? (() => []),
      life: options.life,
      events: this.events,
      flushed: () => {
        if (!this.#isEnded) this.#planNext();
      },
    });
    this.#desk = {
      clock: this.#clock,
      raise: (series, evidence, isTooOften) => this.#raise(series, evidence, isTooOften),
      clear: (series) => this.#end(series, 'cleared'),
      keep: (series, value) => this.#keep(series, value),
      fullScale: (instrument, parameter) =>
        this.#subjects.instrument(instrument)?.fullScale(parameter),
    };
  }

  /** Takes up what was raised when the gateway ended, and watches from now on. */
  start(rules: readonly AlertRule[]): void {
    const memory = this.#store.load(this.#clock.now() - hourMs);
    this.#nextId = memory.lastId + 1;
    for (const silence of memory.silences) {
      this.#silences.set(silence.id, silence);
      this.#nextSilence = Math.max(this.#nextSilence, silence.id + 1);
    }
    for (const [alert, identity] of memory.identities) this.#identities.set(alert, identity);
    for (const baseline of memory.baselines) {
      this.#baselines.set(keyOf(baseline.alert, baseline.subject), baseline);
    }
    for (const { alert, subject, raisedMs } of memory.raises) {
      const key = keyOf(alert, subject);
      this.#raises.set(key, [...(this.#raises.get(key) ?? []), raisedMs]);
    }
    this.#setRules(rules);
    for (const record of memory.open) this.#takeUp(record, memory.identities.get(record.alert));
    const listening = new DisposableStack();
    listening.use(
      this.#latest.events.on('changed', ({ record, parameters }) => this.#take(record, parameters)),
    );
    listening.use(
      this.#latest.events.on('removed', ({ instrument }) => this.#valuesGone(instrument)),
    );
    this.#listening = listening;
    this.#lookAgain();
    this.#journal.flush();
  }

  /** These are the rules from now on. What is raised by one that is gone is over. */
  configure(rules: readonly AlertRule[]): void {
    if (this.#isEnded) return;
    this.#setRules(rules);
    const byName = new Map(rules.map((rule) => [rule.name, rule]));
    for (const [subject, ofSubject] of this.#series) {
      for (const [name, series] of ofSubject) {
        const rule = byName.get(name);
        const isSame =
          rule?.enabled === true &&
          identityOf(rule) === identityOf(series.rule) &&
          concerns(rule, subject, this.#subjects);
        // One that is as it was goes on: what it waits for does not begin anew.
        if (isSame && isDeepStrictEqual(rule, series.rule)) continue;
        if (isSame) series.change(rule);
        else this.#drop(series, 'rule-changed');
      }
    }
    this.#lookAgain();
  }

  /** An instrument, port or the recorder can be used, or cannot and why. */
  tell(kind: SubjectKind, name: string, why: string | undefined): void {
    const state = { kind, name, why };
    this.#states.set(keyOf(kind, name), state);
    if (this.#listening !== undefined) this.#takeState(state);
  }

  /** It is not there any more: what is raised of it is over. */
  remove(kind: SubjectKind, name: string): void {
    this.#states.delete(keyOf(kind, name));
    for (const series of this.#series.get(name)?.values() ?? []) {
      if (kindOf(series.rule) === kind) this.#drop(series, 'removed');
    }
  }

  /** Rules with how each stands, in the order of the configuration. */
  rules(): readonly RuleStatus[] {
    const byRule = Map.groupBy(this.#allSeries(), ({ rule }) => rule.name);
    return this.#rules.map((rule) => {
      const all = byRule.get(rule.name) ?? [];
      const open = all.flatMap((series) => series.open ?? []);
      const judged = all.filter(({ problem }) => problem === undefined);
      // Of some instruments of a family it may be able to say nothing; a rule that can of none is faulty.
      const faulty = judged.length === 0 ? all[0] : undefined;
      const problem =
        faulty?.problem === undefined
          ? missingOf(rule, this.#subjects)
          : `${faulty.subject}: ${faulty.problem}`;
      const untilMs = this.#silentUntil(rule.name, '*');
      return {
        rule,
        watched: judged.length,
        rising: all.filter(({ state }) => state === 'rising').length,
        open,
        ...given({ problem }),
        ...(untilMs === undefined ? {} : { silencedUntilMs: untilMs }),
      };
    });
  }

  /** All subjects of all rules. */
  watched(): readonly WatchedSubject[] {
    return this.#allSeries().map(({ rule, subject, open }) => ({
      alert: rule.name,
      title: rule.title,
      subject,
      isOccurrence: isOccurrence(rule.is),
      open: open?.isTold === true ? open : undefined,
    }));
  }

  /** What is raised now, the oldest first. */
  open(): readonly AlertRecord[] {
    return this.#allSeries()
      .flatMap(({ open }) => open ?? [])
      .toSorted((one, other) => one.id - other.id);
  }

  silences(): readonly Silence[] {
    return [...this.#silences.values()];
  }

  /** Alerts that are raised or over, the newest first. */
  history(wish: HistoryWish): readonly AlertRecord[] {
    this.#journal.flush();
    return this.#store.history(wish);
  }

  /**
   * Somebody knows, and takes care: no more reminders. What has happened, rather than is so, is over.
   * @param wish.subject of this one only
   * @returns what was raised and not acknowledged before
   * @throws NOT_FOUND for a rule that does not exist
   */
  acknowledge(
    alert: string,
    wish: { readonly subject?: string; readonly by: string; readonly why?: string },
  ): readonly AlertRecord[] {
    this.#known(alert);
    const { subject, by, why } = wish;
    const nowMs = this.#clock.now();
    const acknowledged: AlertRecord[] = [];
    for (const series of this.#allSeries()) {
      const { open } = series;
      if (open === undefined || open.alert !== alert || open.acknowledged !== undefined) continue;
      if (subject !== undefined && subject !== series.subject) continue;
      const record = {
        ...open,
        acknowledged: { by, atMs: nowMs, ...(why === undefined ? {} : { why }) },
        ...(open.isOccurrence ? { end: 'acknowledged' as const, clearedMs: nowMs } : {}),
      };
      series.open = open.isOccurrence ? undefined : record;
      acknowledged.push(record);
      this.#journal.write(record);
      if (record.isTold) this.#notify('acknowledged', record);
      this.#journal.afterwards(() => this.events.emit('acknowledged', record));
      if (open.isOccurrence) this.#journal.afterwards(() => this.events.emit('cleared', record));
    }
    this.#journal.flush();
    return acknowledged;
  }

  /**
   * People are not told of what is raised by these rules for a time. What is still raised when it is over
   * is told then.
   * @param wish.alert names of rules, with `*` for any letters
   * @throws NOT_FOUND when there is no such rule; QUEUE_FULL at {@link silencesMost}
   */
  silence(wish: {
    readonly alert: string;
    readonly subject?: string;
    readonly forMs: number;
    readonly by: string;
    readonly why?: string;
  }): Silence {
    const { alert, subject, forMs, by, why } = wish;
    if (!alert.includes('*')) this.#known(alert);
    if (this.#silences.size >= silencesMost) {
      throw new SignalboxError('QUEUE_FULL', `there are ${silencesMost} silences already`);
    }
    const nowMs = this.#clock.now();
    const silence: Silence = {
      id: this.#nextSilence++,
      alert,
      ...(subject === undefined ? {} : { subject }),
      sinceMs: nowMs,
      untilMs: nowMs + forMs,
      by,
      ...(why === undefined ? {} : { why }),
    };
    this.#silences.set(silence.id, silence);
    this.#journal.pending.silence(silence);
    this.#journal.afterwards(() => this.events.emit('silenced', { silence, isOver: false }));
    this.#journal.flush();
    return silence;
  }

  /**
   * Ends silences before their time.
   * @param alert as it was said when they began
   * @returns those that were ended
   */
  endSilence(alert: string, subject?: string): readonly Silence[] {
    const ended = this.silences().filter(
      (each) => each.alert === alert && (subject === undefined || each.subject === subject),
    );
    for (const silence of ended) this.#silenceOver(silence);
    this.#journal.flush();
    return ended;
  }

  /** Writes what is not written yet, and watches no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#listening?.dispose();
    for (const series of this.#allSeries()) series.end();
    for (const timer of this.#goneTimers.values()) timer.cancel();
    this.#journal.end();
    this.#plan?.cancel();
  }

  #setRules(rules: readonly AlertRule[]): void {
    this.#rules = rules;
    const identities = new Map(rules.map((rule) => [rule.name, identityOf(rule)]));
    for (const [name, identity] of this.#identities) {
      if (identities.get(name) === identity) continue;
      // Of another parameter, what was seen before says nothing.
      this.#identities.delete(name);
      this.#journal.pending.forget(name);
      for (const [key, baseline] of this.#baselines) {
        if (baseline.alert === name) this.#baselines.delete(key);
      }
    }
    for (const [name, identity] of identities) {
      if (this.#identities.has(name)) continue;
      this.#identities.set(name, identity);
      this.#journal.pending.forget(name, identity);
    }
    this.#journal.changed();
  }

  /** An alert of before the start is raised still, or over if it is of nothing that there is. */
  #takeUp(record: AlertRecord, identity: string | undefined): void {
    const rule = this.#rules.find(({ name }) => name === record.alert);
    const isOfRule = rule?.enabled === true && identityOf(rule) === identity;
    if (!isOfRule || !concerns(rule, record.subject, this.#subjects)) {
      this.#over(record, isOfRule ? 'removed' : 'rule-changed');
      return;
    }
    this.#seriesOf(rule, record.subject, record);
  }

  /** What is known now, for rules that are new. */
  #lookAgain(): void {
    for (const record of this.#latest.all()) this.#take(record, Object.keys(record.values));
    for (const state of this.#states.values()) this.#takeState(state);
  }

  /**
   * Its values are forgotten: it is gone, or only polled in another way from now on. What is raised of
   * values that do not come again is over after a while.
   */
  #valuesGone(instrument: string): void {
    if (this.#subjects.instrument(instrument) === undefined) {
      this.remove('instrument', instrument);
      return;
    }
    this.#goneTimers.get(instrument)?.cancel();
    const timer = this.#clock.schedule(goneAfterMs, () => {
      this.#goneTimers.delete(instrument);
      const values = this.#latest.get(instrument)?.values ?? {};
      for (const series of this.#series.get(instrument)?.values() ?? []) {
        const { is, parameter } = series.rule;
        if (is === 'offline' || kindOf(series.rule) !== 'instrument') continue;
        if (!Object.hasOwn(values, parameter)) this.#drop(series, 'removed');
      }
    });
    this.#goneTimers.set(instrument, timer);
  }

  #take(record: LatestRecord, parameters: readonly string[]): void {
    const { instrument } = record;
    for (const rule of this.#rules) {
      if (!rule.enabled || kindOf(rule) !== 'instrument') continue;
      if (rule.is === 'offline') {
        this.#takeOffline(rule, instrument, record);
        continue;
      }
      if (!Object.hasOwn(record.values, rule.parameter)) continue;
      const known = this.#series.get(instrument)?.get(rule.name);
      if (known !== undefined) known.take(record, parameters);
      else if (concerns(rule, instrument, this.#subjects)) {
        this.#seriesOf(rule, instrument).take(record, parameters);
      }
    }
  }

  #takeState(state: SubjectState): void {
    for (const rule of this.#rules) {
      if (!rule.enabled || kindOf(rule) !== state.kind) continue;
      if (state.kind === 'instrument') {
        if (rule.is !== 'offline') continue;
        this.#takeOffline(rule, state.name, this.#latest.get(state.name));
      } else if (concerns(rule, state.name, this.#subjects)) {
        this.#seriesOf(rule, state.name).takeState(state.why !== undefined, state.why ?? '');
      }
    }
  }

  /** An instrument is offline when its port or bus says so, or when none of its values is good. */
  #takeOffline(rule: AlertRule, instrument: string, record: LatestRecord | undefined): void {
    const known = this.#series.get(instrument)?.get(rule.name);
    if (known === undefined && !concerns(rule, instrument, this.#subjects)) return;
    const series = known ?? this.#seriesOf(rule, instrument);
    const state = this.#states.get(keyOf('instrument', instrument));
    if (state?.why !== undefined) {
      series.takeState(true, state.why);
      return;
    }
    const values = record?.values ?? {};
    let isKnown = false;
    for (const name in values) {
      if (values[name]?.quality === 'good') {
        series.takeState(false, '');
        return;
      }
      isKnown = true;
    }
    if (isKnown) {
      const [first] = Object.values(values);
      series.takeState(true, first?.why?.message ?? 'does not answer');
    } else series.takeState(state === undefined ? undefined : false, '');
  }

  #seriesOf(rule: AlertRule, subject: string, open?: AlertRecord): AlertSeries {
    let ofSubject = this.#series.get(subject);
    if (ofSubject === undefined) {
      ofSubject = new Map();
      this.#series.set(subject, ofSubject);
    }
    let series = ofSubject.get(rule.name);
    if (series === undefined) {
      const key = keyOf(rule.name, subject);
      series = new AlertSeries(rule, subject, this.#desk, {
        open,
        baseline: this.#baselines.get(key)?.value,
        raisesMs: this.#raises.get(key),
      });
      this.#raises.delete(key);
      ofSubject.set(rule.name, series);
      this.events.emit('watched', { alert: rule.name, subject, isOver: false });
    }
    return series;
  }

  #allSeries(): AlertSeries[] {
    return Array.from(this.#series.values()).flatMap((ofSubject) => [...ofSubject.values()]);
  }

  #drop(series: AlertSeries, end: AlertEnd): void {
    series.end();
    if (series.open !== undefined) this.#end(series, end);
    const ofSubject = this.#series.get(series.subject);
    ofSubject?.delete(series.rule.name);
    if (end === 'removed') {
      this.#baselines.delete(keyOf(series.rule.name, series.subject));
      this.#journal.pending.dropBaseline(series.rule.name, series.subject);
    }
    if (ofSubject?.size === 0) this.#series.delete(series.subject);
    const { rule, subject } = series;
    this.events.emit('watched', { alert: rule.name, subject, isOver: true });
  }

  #raise(series: AlertSeries, evidence: Evidence, isTooOften: boolean): void {
    const { rule, subject, open: before } = series;
    if (isTooOften) {
      if (before === undefined) return;
      series.open = { ...before, count: before.count + 1, isFlapping: true };
      this.#journal.write(series.open);
      return;
    }
    if (before !== undefined) this.#end(series, 'followed');
    const nowMs = this.#clock.now();
    const isTold = this.#silentUntil(rule.name, subject) === undefined;
    const record: AlertRecord = {
      id: this.#nextId++,
      alert: rule.name,
      subject,
      ...(rule.parameter === '' ? {} : { parameter: rule.parameter }),
      isOccurrence: isOccurrence(rule.is),
      severity: rule.severity,
      title: rule.title,
      ...evidence,
      raisedMs: nowMs,
      isTold,
      reminders: 0,
      ...(isTold ? { toldMs: nowMs } : {}),
      count: 1,
      isFlapping: series.isFlapping,
    };
    series.open = record;
    this.#journal.write(record);
    if (isTold) this.#notify('raised', record);
    this.#journal.afterwards(() => this.events.emit('raised', record));
  }

  #end(series: AlertSeries, end: AlertEnd): void {
    const { open } = series;
    series.open = undefined;
    if (open !== undefined) this.#over(open, end);
  }

  #over(open: AlertRecord, end: AlertEnd): void {
    const record = { ...open, end, clearedMs: this.#clock.now() };
    this.#journal.write(record);
    // Whoever was told that it began is told that it ended, in a silence too.
    if (record.isTold) this.#notify('cleared', record);
    this.#journal.afterwards(() => this.events.emit('cleared', record));
  }

  #keep(series: AlertSeries, value: AlertValue): void {
    const baseline = { alert: series.rule.name, subject: series.subject, value };
    this.#baselines.set(keyOf(baseline.alert, baseline.subject), baseline);
    this.#journal.pending.baseline(baseline);
    this.#journal.changed();
  }

  #notify(event: NoticeEvent, alert: AlertRecord): void {
    const wanted = this.#rules.find(({ name }) => name === alert.alert)?.notify;
    this.#journal.notify(event, alert, wanted);
  }

  #silentUntil(alert: string, subject: string): number | undefined {
    return silentUntil(this.#silences.values(), alert, subject);
  }

  #silenceOver(silence: Silence): void {
    this.#silences.delete(silence.id);
    this.#journal.pending.endSilence(silence.id);
    this.#journal.afterwards(() => this.events.emit('silenced', { silence, isOver: true }));
    for (const series of this.#allSeries()) {
      const { open, subject } = series;
      if (open === undefined || open.isTold || !covers(silence, open.alert, subject)) continue;
      if (this.#silentUntil(open.alert, subject) !== undefined) continue;
      series.open = { ...open, isTold: true, toldMs: this.#clock.now() };
      this.#journal.write(series.open);
      if (open.acknowledged === undefined) this.#notify('raised', series.open);
    }
    this.#journal.changed();
  }

  /** Wakes up when a silence is over, something that happened is, or somebody is to be reminded. */
  #planNext(): void {
    this.#plan?.cancel();
    this.#plan = undefined;
    const nowMs = this.#clock.now();
    let dueMs = Infinity;
    for (const { untilMs } of this.#silences.values()) dueMs = Math.min(dueMs, untilMs);
    for (const series of this.#allSeries()) {
      if (series.open === undefined) continue;
      dueMs = Math.min(dueMs, this.#expiryMs(series), this.#reminderMs(series));
    }
    if (dueMs === Infinity) return;
    const delayMs = Math.min(Math.max(0, dueMs - nowMs), planMostMs);
    this.#plan = this.#clock.schedule(delayMs, () => this.#onTime());
  }

  #onTime(): void {
    this.#plan = undefined;
    const nowMs = this.#clock.now();
    for (const silence of this.silences()) {
      if (silence.untilMs <= nowMs) this.#silenceOver(silence);
    }
    for (const series of this.#allSeries()) {
      if (series.open === undefined) continue;
      if (this.#expiryMs(series) <= nowMs) this.#end(series, 'expired');
      else if (this.#reminderMs(series) <= nowMs) this.#remind(series, series.open, nowMs);
    }
    this.#journal.flush();
  }

  /** When what has happened is over by itself. */
  #expiryMs({ rule, open }: AlertSeries): number {
    if (open === undefined || !open.isOccurrence) return Infinity;
    return open.raisedMs + rule.clearForS * 1_000;
  }

  #reminderMs({ rule, open, subject }: AlertSeries): number {
    if (open === undefined || rule.remindEveryS === 0 || open.isOccurrence) return Infinity;
    if (!open.isTold || open.acknowledged !== undefined || open.toldMs === undefined)
      return Infinity;
    // The end of a silence is a time to look again.
    if (this.#silentUntil(open.alert, subject) !== undefined) return Infinity;
    return open.toldMs + rule.remindEveryS * 1_000;
  }

  #remind(series: AlertSeries, open: AlertRecord, nowMs: number): void {
    series.open = { ...open, reminders: open.reminders + 1, toldMs: nowMs };
    this.#journal.write(series.open);
    this.#notify('reminded', series.open);
  }

  #known(alert: string): void {
    const names = this.#rules.map(({ name }) => name);
    if (names.includes(alert)) return;
    throw new SignalboxError(
      'NOT_FOUND',
      `there is no alert '${alert}'${didYouMean(alert, names)}`,
      {
        nextStep: 'See which there are with `signalbox alerts list`.',
      },
    );
  }
}

function keyOf(one: string, other: string): string {
  return `${one}\n${other}`;
}
