/** What is done in one second of a history; it happens at its begin. */
export type Action =
  | { readonly do: 'set'; readonly p: number }
  | { readonly do: 'fail' }
  | { readonly do: 'count'; readonly n: number }
  | { readonly do: 'acknowledge'; readonly alert: 'hot' | 'up' | 'gone' }
  | { readonly do: 'silence'; readonly alert: 'hot' | '*' }
  | { readonly do: 'endSilence'; readonly alert: 'hot' | '*' }
  | { readonly do: 'nothing' }
  | { readonly do: 'restart' };

/** How a life ends at the next write: before it is on the disk, after it, or when its messages are sent. */
export type Crash = 'before' | 'after' | 'unsettled';

/** The rules that the model knows. No two of their times fall together. */
export const modelRules = `
[alerts.instrument-offline]
enabled = false
[alerts.hot]
parameter = "p"
is = "above"
value = 70
hysteresis = 5
forS = 10.5
clearForS = 5.5
remindEveryS = 60.001
raisesPerHourMost = 3
[alerts.gone]
parameter = "p"
is = "absent"
forS = 30.5
clearForS = 5.5
[alerts.up]
parameter = "n"
is = "increased"
clearForS = 300.375
raisesPerHourMost = 4
`;
export const silenceForMs = 60_250;

const names = ['hot', 'gone', 'up'] as const;
type Name = (typeof names)[number];
const mostOf = { hot: 3, gone: 6, up: 4 } as const;
const hourMs = 3_600_000;

interface Open {
  isTold: boolean;
  isKnown: boolean;
  toldMs: number;
  readonly raisedMs: number;
}

/** What outlives a life. */
interface Kept {
  open: Partial<Record<Name, Open>>;
  raises: Record<Name, number[]>;
  base: number | undefined;
  silences: { readonly alert: string; readonly untilMs: number }[];
}

/** What a life knows besides. */
interface Known {
  hotSince?: number | undefined;
  over: Partial<Record<'hot' | 'gone', { readonly sinceMs: number; readonly forMs: number }>>;
  /** Since when a good value is missing; absent while nobody looks for one. */
  goodMs?: number | undefined;
  isGoneWatched?: boolean;
}

/** Alerts as one would write them who need not be quick, durable or in parts: what is told, and when. */
export class AlertModel {
  /** What was told, in batches: of one write, or of a start. */
  readonly told: string[][] = [];
  nowMs: number;
  isDead = false;
  crash: Crash | undefined;
  #kept: Kept = { open: {}, raises: { hot: [], gone: [], up: [] }, base: undefined, silences: [] };
  #disk: Kept;
  #known: Known = { over: {} };
  #untold: string[] = [];
  #outbox: string[] = [];
  #isDirty = false;
  #writeMs = Infinity;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
    this.#disk = structuredClone(this.#kept);
  }

  /** A life begins with what is on the disk. */
  restart(): void {
    this.isDead = false;
    this.#kept = structuredClone(this.#disk);
    this.#known = { over: {} };
    if (this.#kept.open.gone !== undefined) this.#watchGone();
    this.#untold = [];
    this.#isDirty = false;
    this.#writeMs = Infinity;
    this.#tell(this.#outbox);
    this.#outbox = [];
  }

  /** One second, with what is done at its begin. */
  second(action: Action): void {
    this.#act(action);
    this.advance(1_000);
  }

  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const dueMs = Math.max(this.#nextMs(), this.nowMs);
      if (dueMs > endMs || this.isDead) break;
      this.nowMs = dueMs;
      this.#onTime();
    }
    this.nowMs = endMs;
  }

  #act(action: Action): void {
    const { open, silences } = this.#kept;
    switch (action.do) {
      case 'set':
        this.#takeHot(action.p);
        this.#watchGone();
        if (open.gone !== undefined) this.#beginOver('gone');
        return;
      case 'fail':
        this.#known.hotSince = undefined;
        delete this.#known.over.hot;
        if (this.#known.isGoneWatched !== true) this.#watchGone();
        return;
      case 'count':
        this.#count(action.n);
        return;
      case 'acknowledge': {
        const alert = open[action.alert];
        if (alert === undefined || alert.isKnown) return;
        alert.isKnown = true;
        if (action.alert === 'up') delete open.up;
        if (alert.isTold) this.#untold.push(`acknowledged ${action.alert}`);
        this.#isDirty = true;
        this.#write();
        return;
      }
      case 'silence':
        silences.push({ alert: action.alert, untilMs: this.nowMs + silenceForMs });
        this.#isDirty = true;
        this.#write();
        return;
      case 'endSilence':
        for (const silence of silences.filter(({ alert }) => alert === action.alert)) {
          this.#endSilence(silence);
        }
        this.#write();
        return;
      case 'nothing':
      case 'restart':
    }
  }

  #watchGone(): void {
    this.#known.goodMs = this.nowMs;
    this.#known.isGoneWatched = true;
  }

  #takeHot(p: number): void {
    const isRaised = this.#kept.open.hot !== undefined;
    const holds = p > (isRaised ? 65 : 70);
    if (isRaised) {
      if (holds) delete this.#known.over.hot;
      else this.#beginOver('hot');
    } else if (holds) this.#known.hotSince ??= this.nowMs;
    else this.#known.hotSince = undefined;
  }

  #beginOver(name: 'hot' | 'gone'): void {
    const forMs = this.#isFlapping(name) ? 600_000 : 5_500;
    this.#known.over[name] ??= { sinceMs: this.nowMs, forMs };
  }

  #count(n: number): void {
    const { base } = this.#kept;
    if (n === base) return;
    this.#kept.base = n;
    this.#dirty();
    if (base === undefined || n < base) return;
    if (this.#isFlapping('up')) return;
    if (this.#kept.open.up !== undefined) this.#end('up');
    this.#raise('up');
  }

  #isFlapping(name: Name): boolean {
    const recent = this.#kept.raises[name].filter((atMs) => atMs > this.nowMs - hourMs);
    return recent.length >= mostOf[name];
  }

  #isSilent(name: string): boolean {
    return this.#kept.silences.some(({ alert }) => alert === '*' || alert === name);
  }

  #raise(name: Name): void {
    const isTold = !this.#isSilent(name);
    this.#kept.open[name] = { isTold, isKnown: false, toldMs: this.nowMs, raisedMs: this.nowMs };
    this.#kept.raises[name].push(this.nowMs);
    if (isTold) this.#untold.push(`raised ${name}`);
    this.#dirty();
  }

  #end(name: Name): void {
    if (this.#kept.open[name]?.isTold === true) this.#untold.push(`cleared ${name}`);
    delete this.#kept.open[name];
    this.#dirty();
  }

  #endSilence(silence: Kept['silences'][number]): void {
    this.#kept.silences = this.#kept.silences.filter((each) => each !== silence);
    this.#isDirty = true;
    for (const name of names) {
      const alert = this.#kept.open[name];
      const isMeant = silence.alert === '*' || silence.alert === name;
      if (alert === undefined || alert.isTold || !isMeant || this.#isSilent(name)) continue;
      alert.isTold = true;
      alert.toldMs = this.nowMs;
      if (!alert.isKnown) this.#untold.push(`raised ${name}`);
    }
  }

  /** When the clock has something to do next. */
  #nextMs(): number {
    const { hotSince, over, goodMs = Infinity } = this.#known;
    return Math.min(
      this.#writeMs,
      (hotSince ?? Infinity) + 10_500,
      ...[over.hot, over.gone].map((each) => (each?.sinceMs ?? Infinity) + (each?.forMs ?? 0)),
      goodMs + 30_500,
      this.#planMs(),
    );
  }

  #planMs(): number {
    return Math.min(
      ...this.#kept.silences.map(({ untilMs }) => untilMs),
      (this.#kept.open.up?.raisedMs ?? Infinity) + 300_375,
      this.#reminderMs(),
    );
  }

  #reminderMs(): number {
    const { hot } = this.#kept.open;
    if (hot === undefined || !hot.isTold || hot.isKnown || this.#isSilent('hot')) return Infinity;
    return hot.toldMs + 60_001;
  }

  #onTime(): void {
    const known = this.#known;
    if ((known.hotSince ?? Infinity) + 10_500 <= this.nowMs) {
      known.hotSince = undefined;
      this.#raise('hot');
    }
    for (const name of ['hot', 'gone'] as const) {
      const over = known.over[name];
      if (over === undefined || over.sinceMs + over.forMs > this.nowMs) continue;
      delete known.over[name];
      this.#end(name);
    }
    if ((known.goodMs ?? Infinity) + 30_500 <= this.nowMs) {
      // Looked for again from the next value on.
      known.goodMs = undefined;
      delete known.over.gone;
      if (this.#kept.open.gone === undefined) this.#raise('gone');
    }
    if (this.#planMs() <= this.nowMs) this.#onPlan();
    else if (this.#writeMs <= this.nowMs) this.#write();
  }

  #onPlan(): void {
    for (const silence of this.#kept.silences) {
      if (silence.untilMs <= this.nowMs) this.#endSilence(silence);
    }
    if ((this.#kept.open.up?.raisedMs ?? Infinity) + 300_375 <= this.nowMs) this.#end('up');
    const { hot } = this.#kept.open;
    if (hot !== undefined && this.#reminderMs() <= this.nowMs) {
      hot.toldMs = this.nowMs;
      this.#untold.push('reminded hot');
      this.#isDirty = true;
    }
    this.#write();
  }

  #dirty(): void {
    this.#isDirty = true;
    this.#writeMs = Math.min(this.#writeMs, this.nowMs + 20);
  }

  #write(): void {
    this.#writeMs = Infinity;
    if (!this.#isDirty) return;
    this.#isDirty = false;
    const untold = this.#untold;
    this.#untold = [];
    if (this.crash === 'before') {
      this.#die();
      return;
    }
    this.#disk = structuredClone(this.#kept);
    if (this.crash === 'after') {
      this.#outbox = untold;
      this.#die();
      return;
    }
    this.#tell(untold);
    if (this.crash === 'unsettled' && untold.length > 0) this.#die();
  }

  #tell(batch: readonly string[]): void {
    if (batch.length > 0) this.told.push(batch.toSorted());
  }

  #die(): void {
    this.isDead = true;
    this.crash = undefined;
  }
}
