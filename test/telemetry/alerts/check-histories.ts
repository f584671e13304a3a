import { rmSync } from 'node:fs';
import { ManualClock } from '../../../src/kernel/index.ts';
import type * as telemetry from '../../../src/telemetry/index.ts';
import type { Alerts, AlertLedger, Notice } from '../../../src/telemetry/index.ts';
import { LifeClock } from '../../schedules/support.ts';
import { AlertModel, modelRules, silenceForMs } from './alert-model.ts';
import type { Action, Crash } from './alert-model.ts';
import { rulesOf } from './support.ts';

/** The room under test: the real one, or one with a bug. */
export type TelemetryRoom = Pick<typeof telemetry, 'Alerts' | 'AlertLedger' | 'LatestValues'>;

const actionsMost = 60;
const secondsMost = 45;
const rules = rulesOf(modelRules);

/** One life of a gateway's alerts, with a way that sends at once, to a receiver that keeps the keys it has. */
class Life {
  readonly latest: telemetry.LatestValues;
  readonly alerts: Alerts;
  readonly #clock: LifeClock;
  readonly #ledger: AlertLedger;
  readonly #receive: (batch: readonly Notice[]) => void;
  crash: Crash | undefined;
  isDead = false;

  constructor(
    room: TelemetryRoom,
    path: string,
    clock: ManualClock,
    name: string,
    receive: (batch: readonly Notice[]) => void,
  ) {
    this.#clock = new LifeClock(clock);
    this.#receive = receive;
    this.#ledger = new room.AlertLedger(path);
    this.latest = new room.LatestValues(this.#clock);
    // What an earlier life could not send, or did not write down that it was sent.
    this.#send(this.#ledger.notices('way'));
    this.alerts = new room.Alerts({
      latest: this.latest,
      store: {
        load: (sinceMs) => this.#ledger.load(sinceMs),
        history: (wish) => this.#ledger.history(wish),
        write: (changes) => this.#write(changes),
      },
      subjects: {
        instrument: () => ({
          driver: 'scpi',
          fullScale: () => undefined,
          problemOf: () => undefined,
        }),
        hasPort: () => true,
        names: () => [],
      },
      route: () => ['way'],
      life: name,
      clock: this.#clock,
      random: () => 0.5,
    });
    this.alerts.events.on('notices', (notices) => {
      if (!this.isDead) this.#send(notices);
    });
    this.alerts.start(rules);
  }

  do(action: Action): void {
    const { alerts, latest } = this;
    const why = { code: 'INSTRUMENT_TIMEOUT', message: 'no answer' };
    const by = 'ada';
    switch (action.do) {
      case 'set':
        latest.update('oven', { p: { value: action.p } });
        return;
      case 'fail':
        latest.update('oven', {}, { p: why });
        return;
      case 'count':
        latest.update('oven', { n: { value: action.n } });
        return;
      case 'acknowledge':
        alerts.acknowledge(action.alert, { by });
        return;
      case 'silence':
        alerts.silence({ alert: action.alert, forMs: silenceForMs, by });
        return;
      case 'endSilence':
        alerts.endSilence(action.alert);
        return;
      case 'nothing':
      case 'restart':
    }
  }

  /** In order: what is not written yet is. */
  async close(): Promise<void> {
    await this.alerts[Symbol.asyncDispose]();
    this.#end();
  }

  /** Its process is gone. */
  drop(): void {
    this.isDead = true;
    this.#end();
  }

  #end(): void {
    this.#clock.end();
    this.#ledger[Symbol.dispose]();
  }

  #write(changes: Parameters<AlertLedger['write']>[0]): void {
    if (this.isDead) throw new Error('the process is gone');
    if (this.crash === 'before') this.#die();
    this.#ledger.write(changes);
    if (this.crash === 'after') this.#die();
  }

  #send(notices: readonly Notice[]): void {
    this.#receive(notices);
    if (this.crash === 'unsettled' && notices.length > 0) {
      this.isDead = true;
      this.#clock.end();
      return;
    }
    for (const { way, key } of notices) this.#ledger.settle(way, key);
  }

  #die(): never {
    this.isDead = true;
    this.#clock.end();
    throw new Error('the process is gone');
  }
}

/** Lives one random history. @returns what is wrong with it, in words */
export async function checkHistory(
  room: TelemetryRoom,
  random: () => number,
  path: string,
): Promise<string | undefined> {
  for (const part of ['', '-wal', '-shm']) rmSync(path + part, { force: true });
  const clock = new ManualClock();
  const model = new AlertModel(clock.now());
  const told: string[][] = [];
  const keys = new Set<string>();
  const receive = (batch: readonly Notice[]): void => {
    const fresh = batch.filter(({ key }) => !keys.has(key));
    for (const { key } of fresh) keys.add(key);
    if (fresh.length > 0)
      told.push(fresh.map((each) => `${each.event} ${each.alert.alert}`).toSorted());
  };
  let lives = 0;
  const begin = (): Life => new Life(room, path, clock, `life${(lives += 1)}`, receive);
  let life = begin();
  let n = 0;
  const done: string[] = [];
  try {
    const actions = 10 + Math.floor(random() * (actionsMost - 10));
    for (let number = 0; number < actions; number += 1) {
      if (random() < 0.08) {
        const crash = pick(random, ['before', 'after', 'unsettled'] as const);
        life.crash ??= crash;
        model.crash ??= crash;
        done.push(`crash ${life.crash}`);
      }
      if (random() < 0.1) n = 0;
      else if (random() < 0.3) n += 1;
      const action = someAction(random, n);
      done.push(JSON.stringify(action));
      if (action.do === 'restart') {
        life.crash = undefined;
        model.crash = undefined;
        await life.close();
        model.restart();
        life = begin();
      }
      life.do(action);
      model.second(action);
      await clock.advance(1_000);
      const seconds = random() < 0.5 ? 0 : Math.floor(random() * secondsMost);
      for (let each = 0; each <= seconds; each += 1) {
        if (life.isDead !== model.isDead) return tell('one of the two is gone', done, told, model);
        if (life.isDead) {
          life.drop();
          model.restart();
          life = begin();
          done.push('new life');
        }
        if (each === seconds) break;
        await clock.advance(1_000);
        model.advance(1_000);
      }
      done.push(`${seconds} s`);
      if (JSON.stringify(told) !== JSON.stringify(model.told)) {
        return tell('not what was to be told', done, told, model);
      }
    }
    return undefined;
  } finally {
    life.drop();
  }
}

function tell(
  what: string,
  done: readonly string[],
  told: readonly string[][],
  model: AlertModel,
): string {
  const same = told.findIndex(
    (each, at) => JSON.stringify(each) !== JSON.stringify(model.told[at]),
  );
  const from = same < 0 ? told.length : same;
  return [
    what,
    ...done.slice(-25),
    `told: ${JSON.stringify(told.slice(from))}`,
    `to be told: ${JSON.stringify(model.told.slice(from))}`,
  ].join('\n');
}

function someAction(random: () => number, n: number): Action {
  const roll = random();
  if (roll < 0.4) return { do: 'set', p: pick(random, [60, 66, 68, 72, 80]) };
  if (roll < 0.5) return { do: 'fail' };
  if (roll < 0.7) return { do: 'count', n };
  if (roll < 0.77)
    return { do: 'acknowledge', alert: pick(random, ['hot', 'up', 'gone'] as const) };
  if (roll < 0.83) return { do: 'silence', alert: pick(random, ['hot', '*'] as const) };
  if (roll < 0.87) return { do: 'endSilence', alert: pick(random, ['hot', '*'] as const) };
  return roll < 0.95 ? { do: 'nothing' } : { do: 'restart' };
}

function pick<Value>(random: () => number, values: readonly Value[]): Value {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}
