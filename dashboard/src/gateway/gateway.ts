import { computed, signal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';

import { SignalboxClient } from '../../../src/client/index.ts';
import type { AlertReport, GatewayEvent, StatusReport } from '../../../src/client/index.ts';
import {
  asSignalboxError,
  BackOff,
  Emitter,
  hasCode,
  sleep,
  systemClock,
} from '../../../src/kernel/index.ts';
import type { Clock } from '../../../src/kernel/index.ts';
import { errorText } from '../parts/error-text.ts';
import type { Access, Connection } from './connection.ts';
import { RaisedAlerts } from './raised-alerts.ts';
import { storedToken, storeToken } from './session-token.ts';
import { LiveRecords } from '../values/live-records.ts';
import { Topics } from './topics.ts';

/** How others see this page. */
const program = 'dashboard';
/** Queues change without an event: while somebody looks they are asked for this often. */
export const statusEveryMs = 1_000;
/** What happens in one burst is asked for once. */
const burstMs = 50;
/** What makes how everything stands another. */
const followed = ['ports.*', 'instruments', 'config', 'schedules'];

/**
 * The gateway as the pages see it: its state as signals, its API as a typed client. One for the whole
 * page; whatever a page shows comes from here.
 */
export class Gateway implements Disposable {
  /** Speaks with the gateway; another one after a token was entered. */
  readonly client: ReadonlySignal<SignalboxClient>;
  readonly connection: ReadonlySignal<Connection>;
  readonly access: ReadonlySignal<Access>;
  /** Whether a token was entered in this tab. */
  readonly hasToken: ReadonlySignal<boolean>;
  /** How everything stands; undefined until it has been told once. The last one stays while the connection is lost. */
  readonly status: ReadonlySignal<StatusReport | undefined>;
  /** What happens on the ports, to the settings, and to alarms. */
  readonly events: Emitter<{ happened: GatewayEvent }> = new Emitter<{ happened: GatewayEvent }>();

  /** What the hub of the gateway tells, by topics. */
  readonly topics: Topics;
  /** The newest values of all instruments that are polled. */
  readonly records: LiveRecords;

  /** Alerts that nobody has acknowledged; there once the gateway is followed. */
  readonly alerts: ReadonlySignal<readonly AlertReport[]>;

  readonly #url: string;
  readonly #clock: Clock;
  readonly #token = signal(storedToken());
  readonly #connection = signal<Connection>({ state: 'connecting' });
  readonly #access = signal<Access>({ state: 'unknown' });
  readonly #status = signal<StatusReport | undefined>(undefined);
  readonly #raised = signal<RaisedAlerts | undefined>(undefined);
  readonly #end = new AbortController();
  /** Aborts what waits for the next try. */
  #again = new AbortController();
  #asking: Promise<void> | undefined;

  constructor(url: string, clock: Clock = systemClock) {
    this.#url = url;
    this.#clock = clock;
    this.client = computed(() => this.#clientWith(this.#token.value));
    this.hasToken = computed(() => this.#token.value !== undefined);
    this.connection = this.#connection;
    this.access = this.#access;
    this.status = this.#status;
    // A connection that breaks, or is there again, is seen at once, and not when it is asked next.
    this.topics = new Topics(this.client, () => void this.refresh());
    this.alerts = computed(() => this.#raised.value?.raised.value ?? []);
    this.records = new LiveRecords((topic, told) => this.topics.follow(topic, told));
  }

  /** Follows the gateway until this is disposed of. */
  start(): void {
    this.#raised.value = new RaisedAlerts(this.client, this.topics);
    this.#followEvents();
    void this.#followStatus();
  }

  /** Tries a token. Gives whether it was the right one; `access` says what is wrong otherwise. */
  async enter(token: string): Promise<boolean> {
    try {
      const status = await this.#clientWith(token).status();
      storeToken(token);
      this.#token.value = token;
      this.#status.value = status;
      this.#access.value = { state: 'in' };
      this.retry();
      return true;
    } catch (error) {
      const isWrong = hasCode(error, 'AUTHENTICATION_REQUIRED');
      const problem = isWrong ? 'This is not the right token.' : errorText(error);
      this.#access.value = { state: 'token-needed', problem };
      return false;
    }
  }

  /** Forgets the token of this tab. */
  leave(): void {
    storeToken(undefined);
    this.#token.value = undefined;
    this.#access.value = { state: 'token-needed' };
  }

  /** Tries to connect now instead of a little later. */
  retry(): void {
    this.#again.abort();
    this.#again = new AbortController();
  }

  /** Asks how everything stands; `status` has changed when it is over. Never throws. */
  async refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    await this.#asking;
  }

  [Symbol.dispose](): void {
    this.#end.abort();
    this.#again.abort();
    this.#raised.peek()?.[Symbol.dispose]();
    this.topics[Symbol.dispose]();
  }

  #clientWith(token: string | undefined): SignalboxClient {
    return new SignalboxClient({
      url: this.#url,
      program,
      ...(token === undefined ? {} : { token }),
    });
  }

  async #ask(): Promise<void> {
    try {
      this.#status.value = await this.client.value.status({ signal: this.#end.signal });
      this.#access.value = { state: 'in' };
      this.#connection.value = { state: 'live' };
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (this.#end.signal.aborted) return;
    if (hasCode(error, 'AUTHENTICATION_REQUIRED')) {
      if (this.#access.value.state !== 'token-needed') {
        this.#access.value = { state: 'token-needed' };
      }
      return;
    }
    if (this.#connection.value.state === 'lost') return;
    const { message } = asSignalboxError(error);
    this.#connection.value = { state: 'lost', sinceMs: this.#clock.now(), why: message };
  }

  /** Queues and what is on the wire, while somebody looks. */
  async #followStatus(): Promise<void> {
    const backOff = new BackOff({ firstMs: statusEveryMs, longestMs: 5_000 });
    while (!this.#end.signal.aborted) {
      if (!document.hidden && this.#access.value.state !== 'token-needed') await this.refresh();
      const isLost = this.#connection.value.state === 'lost';
      if (!isLost) backOff.reset();
      await this.#pause(isLost ? backOff.nextMs() : statusEveryMs);
    }
  }

  /** What happens is told of, and makes everything be looked at again. */
  #followEvents(): void {
    for (const topic of followed) {
      this.topics.follow(topic, (data) => {
        const { event } = data as { readonly event?: unknown };
        if (typeof event === 'string') {
          this.events.emit('happened', { event, data: data as GatewayEvent['data'] });
        }
        void this.#refreshSoon();
      });
    }
  }

  #isSoon = false;
  async #refreshSoon(): Promise<void> {
    if (this.#isSoon) return;
    this.#isSoon = true;
    await this.#pause(burstMs);
    this.#isSoon = false;
    await this.refresh();
  }

  /** Ends early when somebody asks for another try. */
  async #pause(delayMs: number): Promise<void> {
    try {
      await sleep(this.#clock, delayMs, this.#again.signal);
    } catch {
      // Somebody does not want to wait.
    }
  }
}
