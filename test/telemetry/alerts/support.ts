import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { alertRules, parseConfig } from '../../../src/config/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import { AlertLedger, Alerts, LatestValues } from '../../../src/telemetry/index.ts';
import type { AlertRecord, AlertStore, Notice } from '../../../src/telemetry/index.ts';
import type { AlertRule } from '../../../src/config/index.ts';
import { memoryFolder } from '../../schedules/support.ts';

/** Two instruments of one family and one of another, on two ports. */
const drivers: Readonly<Record<string, string>> = {
  'mfc-1': 'bronkhorst',
  'mfc-2': 'bronkhorst',
  oven: 'scpi',
};

/** A folder of its own for a ledger, that goes with the test. */
export class AlertFolder implements Disposable {
  readonly path: string;
  readonly #folder: string;

  constructor() {
    this.#folder = mkdtempSync(join(memoryFolder, 'signalbox-alerts-'));
    this.path = join(this.#folder, 'alerts.sqlite');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The rules of a configuration that has only `[alerts.…]`. */
export function rulesOf(toml: string): AlertRule[] {
  return alertRules(parseConfig(toml, 'lab.toml').alerts);
}

export interface BenchOptions {
  readonly clock?: ManualClock;
  readonly path?: string;
  readonly store?: (ledger: AlertLedger) => AlertStore;
  readonly life?: string;
  readonly room?: { readonly Alerts: typeof Alerts };
}

/** Alerts over values that a test sets, with all that they tell. */
export class AlertBench implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly latest: LatestValues;
  readonly alerts: Alerts;
  readonly ledger: AlertLedger;
  readonly told: string[] = [];
  readonly notices: Notice[] = [];
  readonly instruments = new Map(Object.entries(drivers));
  readonly ports = new Set(['bus', 'lan']);
  readonly #folder: AlertFolder | undefined;

  constructor(toml: string, options: BenchOptions = {}) {
    this.clock = options.clock ?? new ManualClock();
    this.latest = new LatestValues(this.clock);
    this.#folder = options.path === undefined ? new AlertFolder() : undefined;
    this.ledger = new AlertLedger(options.path ?? this.#folder?.path ?? '');
    const { Alerts: Room = Alerts } = options.room ?? {};
    this.alerts = new Room({
      latest: this.latest,
      store: options.store?.(this.ledger) ?? this.ledger,
      subjects: {
        instrument: (name) => {
          const driver = this.instruments.get(name);
          const fullScale = (parameter: string): number | undefined =>
            parameter === 'measure' ? 32_000 : undefined;
          const problemOf = (parameter: string): string | undefined =>
            parameter === 'unheard' ? `${name} has no unheard` : undefined;
          return driver === undefined ? undefined : { driver, fullScale, problemOf };
        },
        hasPort: (name) => this.ports.has(name),
        names: (kind) => (kind === 'port' ? this.ports : this.instruments.keys()),
      },
      route: () => ['way'],
      life: options.life ?? 'life',
      clock: this.clock,
      random: () => 0.5,
    });
    const line = (what: string) => (record: AlertRecord) =>
      void this.told.push(`${what} ${record.alert} ${record.subject}`);
    this.alerts.events.on('raised', line('raised'));
    this.alerts.events.on('cleared', line('cleared'));
    this.alerts.events.on('acknowledged', line('acknowledged'));
    this.alerts.events.on('notices', (notices) => void this.notices.push(...notices));
    this.alerts.start(rulesOf(toml));
  }

  /** What ways were given: `raised mfc-1`. */
  get sent(): string[] {
    return this.notices.map(({ event, alert }) => `${event} ${alert.subject}`);
  }

  /** Values that were read, and what follows at once. */
  async set(instrument: string, values: Record<string, number | string | boolean>): Promise<void> {
    const read = Object.entries(values).map(([name, value]) => [name, { value }] as const);
    this.latest.update(instrument, Object.fromEntries(read));
    await this.pass(0.05);
  }

  async fail(instrument: string, ...parameters: readonly string[]): Promise<void> {
    const why = { code: 'INSTRUMENT_TIMEOUT', message: 'no answer' };
    this.latest.update(instrument, {}, Object.fromEntries(parameters.map((each) => [each, why])));
    await this.pass(0.05);
  }

  async pass(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1_000);
  }

  /** What was told since it was asked last. */
  news(): string[] {
    return this.told.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.alerts[Symbol.asyncDispose]();
    this.ledger[Symbol.dispose]();
    this.#folder?.[Symbol.dispose]();
  }
}
