import { Instrument, ScpiDriver } from '../../src/instruments/index.ts';
import { ManualClock } from '../../src/kernel/index.ts';
import { Port } from '../../src/ports/index.ts';
import { Ledger, Scheduler } from '../../src/schedules/index.ts';
import type { ScheduleEvents } from '../../src/schedules/index.ts';
import { MemoryBench } from '../support/memory-link.ts';
import { LedgerFolder, LifeClock, MemorySource } from './support.ts';
import { ScriptedPlayer } from './scripted-player.ts';

/** A scheduler whose clock stands, with a player, and with what it told of. */
export class ScheduleBench implements Disposable {
  readonly folder: LedgerFolder = new LedgerFolder();
  readonly clock: ManualClock;
  readonly source: MemorySource;
  readonly player: ScriptedPlayer = new ScriptedPlayer();
  /** What the instrument `gas` has, by the word that it is asked and told with. */
  readonly values: Map<string, number> = new Map([['FLOW', 0]]);
  /** What it was asked and told. */
  readonly line: MemoryBench;
  readonly instrument: Instrument;
  readonly runs: ScheduleEvents['run'][] = [];
  readonly notices: ScheduleEvents['notify'][] = [];
  readonly alarms: ScheduleEvents['alarm'][] = [];
  readonly faults: string[] = [];
  ledger: Ledger;
  scheduler: Scheduler;
  #life: LifeClock;

  /** @param text alarms and jobs, in the time of Vienna */
  constructor(startAt: string, text: string) {
    this.clock = new ManualClock(Date.parse(startAt), turn);
    this.source = new MemorySource(`[schedules]\ntimeZone = "Europe/Vienna"\n${text}`);
    this.line = new MemoryBench((request, side) => {
      const [word = '', value] = request.trim().split(' ');
      if (value !== undefined) this.values.set(word, Number(value));
      else if (this.values.has(word.slice(0, -1))) {
        side.reply(`${this.values.get(word.slice(0, -1))}\n`);
      }
    });
    const port = new Port({ name: 'bus', link: this.line, clock: this.clock });
    port.open();
    const driver = new ScpiDriver({
      parameters: [
        {
          name: 'flow',
          query: 'FLOW?',
          set: 'FLOW {value}',
          type: 'float',
          minimum: 0,
          maximum: 100,
        },
      ],
    });
    this.instrument = new Instrument({ name: 'gas', driver, port, clock: this.clock });
    this.#life = new LifeClock(this.clock);
    this.ledger = new Ledger(this.folder.path);
    this.scheduler = this.#start();
  }

  /** Lets what was begun go on, then time. */
  async advance(ms: number): Promise<void> {
    await turn();
    await this.clock.advance(ms);
  }

  /** Ends as a crash does: nothing more happens, and nothing more is written. */
  crash(): void {
    this.#life.end();
    this.source.deafen();
    this.ledger[Symbol.dispose]();
  }

  restart(): void {
    this.crash();
    this.#life = new LifeClock(this.clock);
    this.ledger = new Ledger(this.folder.path);
    this.scheduler = this.#start();
  }

  /** Job, cause and state of each run that has ended or was left out. */
  get ended(): string[] {
    return this.runs
      .filter(({ state }) => state !== 'running')
      .map(({ job, cause, state }) => `${job} ${cause} ${state}`);
  }

  #start(): Scheduler {
    const { source, ledger, player } = this;
    const scheduler = new Scheduler({
      source,
      ledger,
      clock: this.#life,
      instruments: new Map([['gas', this.instrument]]),
      players: new Map([['music', player]]),
      random: () => 0.5,
    });
    const { events } = scheduler;
    events.on('run', (run) => void this.runs.push(run));
    events.on('notify', (notice) => void this.notices.push(notice));
    events.on('alarm', (alarm) => void this.alarms.push(alarm));
    events.on('fault', ({ error }) => void this.faults.push(error.message));
    scheduler.start();
    return scheduler;
  }

  [Symbol.dispose](): void {
    this.crash();
    this.folder[Symbol.dispose]();
  }
}

/** Of the event loop. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
