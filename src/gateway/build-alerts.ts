import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { alertRules } from '../config/index.ts';
import type { Config } from '../config/index.ts';
import type { Directory } from '../doors/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { asSignalboxError, systemClock } from '../kernel/index.ts';
import type { Port } from '../ports/index.ts';
import { AlertLedger, Alerts, recorderSubject, Ways } from '../telemetry/index.ts';
import type { AlertRecord, Check, LatestValues, Recorder } from '../telemetry/index.ts';
import { alertChecks } from './alert-checks.ts';
import { FollowedPort } from './followed-port.ts';
import type { RoomLog } from './room-log.ts';

export interface AlertParts {
  /** The configuration as it is at the moment. */
  readonly current: () => Config;
  readonly latest: LatestValues;
  readonly roster: Required<Pick<Directory, 'ports' | 'instruments' | 'events'>>;
  readonly stateFolder: string;
  readonly log: RoomLog;
}

/** The alerts of a gateway, and what they are written down in. */
export class GatewayAlerts implements AsyncDisposable {
  readonly alerts: Alerts;
  readonly ways: Ways;
  readonly #parts: AlertParts;
  readonly #ledger: AlertLedger;
  readonly #devices = new Map<string, FollowedPort>();
  readonly #listening = new DisposableStack();

  constructor(parts: AlertParts) {
    this.#parts = parts;
    const { latest, roster, stateFolder, log } = parts;
    const { instruments, ports } = roster;
    const path = join(stateFolder, 'alerts.sqlite');
    this.#ledger = AlertLedger.open(path, systemClock.now(), ({ message }, movedTo) =>
      log.of('alerts').warn(`${message}; it is ${movedTo} now, and a new one was begun`),
    );
    const life = randomBytes(6).toString('hex');
    const gateway = parts.current().gateway.name;
    const ways = new Ways({ gateway, store: this.#ledger, life });
    this.ways = ways;
    this.alerts = new Alerts({
      latest,
      store: this.#ledger,
      life,
      route: (event, alert, wanted) => ways.route(event, alert, wanted),
      subjects: {
        instrument: (name) => {
          const instrument = instruments.get(name);
          if (instrument === undefined) return undefined;
          const { driver } = instrument;
          return {
            driver: driver.family,
            fullScale: (parameter) => driver.parameter(parameter)?.fullScale,
            problemOf: (parameter) => parameterProblem(instrument, parameter),
          };
        },
        hasPort: (name) => ports.has(name),
        names: (kind) => (kind === 'port' ? ports : instruments).keys(),
      },
    });
    followAlerts(this.alerts, log);
    followWays(ways, log);
    this.alerts.events.on('notices', ways.take);
    for (const event of ['raised', 'cleared', 'acknowledged', 'watched'] as const) {
      this.alerts.events.on(event, ways.show);
    }
  }

  /** Watches from now on. @param recorder absent where nothing is recorded, which is nothing to be told of */
  start(recorder: Pick<Recorder, 'events' | 'status'> | undefined): void {
    const { roster, current } = this.#parts;
    this.#configureWays();
    this.alerts.start(alertRules(current().alerts));
    this.#followRecorder(recorder);
    for (const port of roster.ports.values()) this.#follow(port);
    const { events } = roster;
    const again = ({ port }: Instrument): void => this.#devices.get(port.name)?.tell();
    this.#listening.use(events.on('portAdded', (port) => this.#follow(port)));
    this.#listening.use(events.on('portRemoved', ({ name }) => this.#unfollow(name)));
    this.#listening.use(events.on('instrumentAdded', again));
    this.#listening.use(events.on('instrumentChanged', again));
    this.#listening.use(
      events.on('instrumentRemoved', ({ name }) => this.alerts.remove('instrument', name)),
    );
  }

  /** What is to be told of them by who looks for what is wrong. */
  checks(): readonly Check[] {
    return alertChecks(this.alerts, this.ways);
  }

  /** The rules or the ways are other ones. */
  refresh(): void {
    this.#configureWays();
    this.alerts.configure(alertRules(this.#parts.current().alerts));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening.dispose();
    for (const each of this.#devices.values()) each[Symbol.dispose]();
    await this.alerts[Symbol.asyncDispose]();
    await this.ways[Symbol.asyncDispose]();
    this.#ledger[Symbol.dispose]();
  }

  #followRecorder(recorder: Pick<Recorder, 'events' | 'status'> | undefined): void {
    const tell = (why: string | undefined): void =>
      this.alerts.tell('recorder', recorderSubject, why);
    tell(recorder?.status().error?.message);
    if (recorder === undefined) return;
    const { events } = recorder;
    this.#listening.use(events.on('stopped', ({ error }) => tell(error.message)));
    this.#listening.use(events.on('resumed', () => tell(undefined)));
  }

  #configureWays(): void {
    this.ways.configure(this.#parts.current().notify, () => this.alerts.watched());
  }

  #follow(port: Port): void {
    this.#devices.get(port.name)?.[Symbol.dispose]();
    const { instruments } = this.#parts.roster;
    this.#devices.set(port.name, new FollowedPort(port, instruments, this.alerts));
  }

  #unfollow(name: string): void {
    this.#devices.get(name)?.[Symbol.dispose]();
    this.#devices.delete(name);
    this.alerts.remove('port', name);
  }
}

function parameterProblem(instrument: Instrument, parameter: string): string | undefined {
  try {
    instrument.parameter(parameter);
    return undefined;
  } catch (error) {
    return asSignalboxError(error).message;
  }
}

/** Writes what is raised and over to the log. */
function followAlerts({ events }: Alerts, log: RoomLog): void {
  const alerts = log.of('alerts');
  const facts = ({ id, alert, subject, severity }: AlertRecord): object => ({
    id,
    alert,
    subject,
    severity,
  });
  events.on('raised', (record) => {
    const level = record.severity === 'info' ? 'info' : 'warn';
    alerts[level](facts(record), `${record.title}: ${record.message}`);
  });
  events.on('cleared', (record) =>
    alerts.info(facts(record), `${record.title} is over (${record.end}): ${record.subject}`),
  );
  events.on('acknowledged', (record) =>
    alerts.info(
      facts(record),
      `${record.title}: ${record.subject} is acknowledged by ${record.acknowledged?.by}`,
    ),
  );
  events.on('silenced', ({ silence: { alert, subject = '*', by, untilMs }, isOver }) =>
    alerts.info(
      { alert, subject },
      isOver
        ? `${alert} of ${subject} is told of again`
        : `${alert} of ${subject} is silenced by ${by} until ${new Date(untilMs).toISOString()}`,
    ),
  );
  events.on('storeFailed', (thrown) => {
    const error = asSignalboxError(thrown);
    alerts.error({ err: error }, `alerts cannot be written down: ${error.message}`);
  });
}

/** Writes what does not come through to the log. */
function followWays({ events }: Ways, log: RoomLog): void {
  const alerts = log.of('alerts');
  events.on('failing', ({ way, error }) =>
    alerts.warn(
      { way, err: error },
      `way ${way} does not work: ${error.message}; it is tried again`,
    ),
  );
  events.on('working', ({ way }) => alerts.info({ way }, `way ${way} works again`));
  events.on('givenUp', ({ way, notice, error }) =>
    alerts.error(
      { way, key: notice.key, err: error },
      `${notice.event} of ${notice.alert.alert} ${notice.alert.subject} was not told by ${way}: ${error.message}`,
    ),
  );
  events.on('dropped', ({ way, notice }) =>
    alerts.error(
      { way, key: notice.key },
      `${notice.event} of ${notice.alert.alert} ${notice.alert.subject} was not told by ${way}: too much waits`,
    ),
  );
}
