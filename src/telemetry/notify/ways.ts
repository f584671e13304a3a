import { isDeepStrictEqual } from 'node:util';
import { alertSeverities } from '../../config/index.ts';
import type { NotifyConfig } from '../../config/index.ts';
import {
  asSignalboxError,
  didYouMean,
  Emitter,
  SignalboxError,
  systemClock,
} from '../../kernel/index.ts';
import type { Clock, ErrorReport } from '../../kernel/index.ts';
import type { NoticeStore } from '../alerts/alert-ledger.ts';
import type { AlertRecord, Notice, NoticeEvent } from '../alerts/alert-record.ts';
import type { WatchedSubject } from '../alerts/alert-reports.ts';
import { isMeantByAny } from '../alerts/name-pattern.ts';
import { Delivery } from './delivery.ts';
import type { DeliveryStatus } from './delivery.ts';
import { EmailWay } from './email-way.ts';
import { MqttWay } from './mqtt-way.ts';
import type { Way, WayMessage } from './way.ts';
import { WebhookWay } from './webhook-way.ts';

/** A way, and how it stands. */
export interface WayStatus extends DeliveryStatus {
  readonly name: string;
  readonly kind: NotifyConfig['kind'];
  /** Where it leads, without what is secret. */
  readonly address: string;
}

/** What came of a trial. */
export interface TestResult {
  readonly way: string;
  readonly passed: boolean;
  readonly error?: ErrorReport;
}

export interface WayEvents {
  failing: { readonly way: string; readonly error: SignalboxError };
  working: { readonly way: string };
  /** It will not be sent. */
  givenUp: { readonly way: string; readonly notice: Notice; readonly error: SignalboxError };
  /** There was no room for it. */
  dropped: { readonly way: string; readonly notice: Notice };
}

export interface WaysOptions {
  readonly gateway: string;
  readonly store: NoticeStore;
  /** Makes the keys of trials differ from each other. */
  readonly life: string;
  /** @default systemClock */
  readonly clock?: Clock;
  /** From 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

interface Entry {
  readonly config: NotifyConfig;
  readonly way: Way;
  readonly delivery: Delivery;
}

/** All ways by which people are told of alerts; each by itself. */
export class Ways implements AsyncDisposable {
  readonly events: Emitter<WayEvents>;
  readonly #options: WaysOptions;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #wanted: readonly (readonly [name: string, config: NotifyConfig])[] = [];
  #shown: () => readonly WatchedSubject[] = () => [];
  #ending: Promise<void> = Promise.resolve();
  #tests = 0;
  #isEnded = false;

  constructor(options: WaysOptions) {
    this.events = new Emitter<WayEvents>();
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** From now on there are these; what waits for one that stays or comes again is sent by it. */
  configure(
    ways: Readonly<Record<string, NotifyConfig>>,
    shown: () => readonly WatchedSubject[],
  ): void {
    if (this.#isEnded) return;
    this.#shown = shown;
    const wanted = new Map(Object.entries(ways).filter(([, { enabled }]) => enabled));
    const ended: Delivery[] = [];
    for (const [name, { config, delivery }] of this.#entries) {
      if (isDeepStrictEqual(config, wanted.get(name))) continue;
      this.#entries.delete(name);
      ended.push(delivery);
    }
    // What is under way ends first, so that nothing is sent by two at once.
    this.#ending = this.#ending
      .then(async () => {
        await Promise.all(ended.map(async (each) => await each[Symbol.asyncDispose]()));
        if (this.#isEnded) return;
        this.#options.store.keepWays([...wanted.keys()]);
        for (const [name, config] of wanted) {
          if (!this.#entries.has(name)) this.#entries.set(name, this.#build(name, config));
        }
      })
      .catch((error: unknown) => {
        const failure = asSignalboxError(error);
        this.events.emit('failing', { way: 'ways', error: failure });
      });
    this.#wanted = [...wanted];
  }

  /** By which ways something is told. */
  route(
    event: NoticeEvent,
    alert: AlertRecord,
    wanted: readonly string[] | undefined,
  ): readonly string[] {
    return this.#wanted
      .filter(([name, config]) => {
        if (wanted !== undefined && !wanted.includes(name)) return false;
        if (!isMeantByAny(config.alerts, alert.alert)) return false;
        const { severityLeast, tells, kind } = config;
        const isGrave =
          alertSeverities.indexOf(alert.severity) >= alertSeverities.indexOf(severityLeast);
        if (!isGrave) return false;
        // A broker shows how things are, so it hears of everything.
        if (kind === 'mqtt') return true;
        // That something which happened is over is no news.
        if (event === 'cleared' && alert.isOccurrence) return false;
        return tells.includes(event);
      })
      .map(([name]) => name);
  }

  /** These are to be sent. One for a way that is being changed waits in the store. */
  readonly take = (notices: readonly Notice[]): void => {
    for (const notice of notices) this.#entries.get(notice.way)?.delivery.add(notice);
  };

  /** How alerts are has changed: for ways that show it. */
  readonly show = (): void => {
    for (const { way } of this.#entries.values()) way.show?.();
  };

  status(): readonly WayStatus[] {
    return Array.from(this.#entries, ([name, { way, delivery }]) => ({
      name,
      kind: way.kind,
      address: way.address,
      ...delivery.status(),
    }));
  }

  /**
   * Sends a trial by one way, or by all, and waits for what comes of it.
   * @throws NOT_FOUND for a way that does not exist
   */
  async test(by: string, name?: string): Promise<readonly TestResult[]> {
    await this.#ending;
    const names = [...this.#entries.keys()];
    if (name !== undefined && !this.#entries.has(name)) {
      throw new SignalboxError('NOT_FOUND', `there is no way '${name}'${didYouMean(name, names)}`, {
        nextStep: 'Write it to [notify.NAME] of the configuration.',
      });
    }
    const meant = [...this.#entries].filter(([each]) => name === undefined || each === name);
    return await Promise.all(
      meant.map(async ([way, { delivery }]): Promise<TestResult> => {
        try {
          await delivery.test(this.#trial(by));
          return { way, passed: true };
        } catch (error) {
          return { way, passed: false, error: asSignalboxError(error).toJSON() };
        }
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    await this.#ending;
    const all = [...this.#entries.values()];
    await Promise.all(all.map(async ({ delivery }) => await delivery[Symbol.asyncDispose]()));
  }

  #trial(by: string): WayMessage {
    const { gateway, life } = this.#options;
    const atMs = this.#clock.now();
    this.#tests += 1;
    return {
      key: `${life}-test-${this.#tests}`,
      event: 'test',
      atMs,
      gateway,
      alert: {
        id: 0,
        alert: 'test',
        subject: gateway,
        isOccurrence: true,
        severity: 'info',
        title: 'A trial',
        message: `${by} tries whether messages come through. Nothing is wrong.`,
        raisedMs: atMs,
        isTold: true,
        reminders: 0,
        count: 1,
        isFlapping: false,
      },
    };
  }

  #build(name: string, config: NotifyConfig): Entry {
    const { gateway, store, random = Math.random } = this.#options;
    const { events } = this;
    let delivery: Delivery | undefined;
    const way = this.#wayOf(config, () => delivery?.nudge());
    delivery = new Delivery({
      name,
      gateway,
      way,
      timeoutMs: config.timeoutS * 1_000,
      store,
      clock: this.#clock,
      random,
      listener: {
        failing: (error) => events.emit('failing', { way: name, error }),
        working: () => events.emit('working', { way: name }),
        givenUp: (notice, error) => events.emit('givenUp', { way: name, notice, error }),
        dropped: (notice) => events.emit('dropped', { way: name, notice }),
      },
    });
    return { config, way, delivery };
  }

  #wayOf(config: NotifyConfig, ready: () => void): Way {
    const { gateway } = this.#options;
    switch (config.kind) {
      case 'webhook':
        return new WebhookWay(config, () => this.#clock.now());
      case 'email':
        return new EmailWay(config);
      case 'mqtt': {
        const shown = (): readonly WatchedSubject[] => this.#shown();
        return new MqttWay({ config, gateway, clock: this.#clock, shown, ready });
      }
    }
  }
}
