import type { IClientOptions, MqttClient } from 'mqtt';
import type { MqttConfig } from '../../config/index.ts';
import {
  asSignalboxError,
  cancellationError,
  raceAbort,
  SignalboxError,
} from '../../kernel/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import type { WatchedSubject } from '../alerts/alert-reports.ts';
import { readAuthority } from './email-way.ts';
import {
  availabilityTopic,
  discoveryTopic,
  discoveryTopics,
  eventsTopic,
  sensorOf,
  topicsOf,
} from './home-assistant.ts';
import type { SensorPlace } from './home-assistant.ts';
import { readSecret } from './secret.ts';
import type { Way, WayMessage } from './way.ts';
import { bodyOf } from './webhook-way.ts';

/** A broker that is not there is tried again so often, in ms. */
const reconnectMs = 5_000;
const connectTimeoutMs = 10_000;
/** What is wrong with the sign-in is looked at again after so long, in ms. */
const startAgainMs = 30_000;
/** MQTT 3.1.1, 3.2.2.3: bad user name or password, not authorized. */
const signInRefused: readonly number[] = [4, 5];
/** So many alerts are shown as sensors at the most. */
export const sensorsMost = 2_000;
/** What changes within so long is shown together. */
const showWithinMs = 200;
/** Sensors of before that nothing has been heard of for so long after the connection are taken away. */
export const sensorsGoneAfterMs = 90_000;
/** What is left to do at the end may take so long, in ms. */
const endWithinMs = 300;

export interface MqttWayOptions {
  readonly config: MqttConfig;
  readonly gateway: string;
  readonly clock: Clock;
  /** All alerts that can be shown, as they are now. */
  readonly shown: () => readonly WatchedSubject[];
  /** The broker is there: what waits can be sent. */
  readonly ready: () => void;
}

/**
 * Publishes messages to a broker, and keeps a retained state for each alert of each subject, which Home
 * Assistant shows as a sensor. Connected as long as the gateway runs; its will tells when it is not.
 */
export class MqttWay implements Way {
  readonly kind = 'mqtt';
  readonly address: string;
  readonly #options: MqttWayOptions;
  readonly #place: SensorPlace;
  readonly #ended = new AbortController();
  /** By topic, what was published last: only what changed is published again. */
  readonly #published = new Map<string, string>();
  /** Topics of sensors that the broker keeps, from before. */
  readonly #kept = new Set<string>();
  #client: MqttClient | undefined;
  #failure: string | undefined;
  #showTimer: Timer | undefined;
  #goneTimer: Timer | undefined;
  #startTimer: Timer | undefined;
  #starting: Promise<void>;

  constructor(options: MqttWayOptions) {
    this.#options = options;
    const { config, gateway } = options;
    this.#place = { gateway, topic: config.topic, discoveryPrefix: config.discoveryPrefix };
    const { protocol, host } = new URL(config.url);
    this.address = `${protocol}//${host}`;
    this.#starting = this.#start();
  }

  async send(message: WayMessage, signal: AbortSignal): Promise<void> {
    await raceAbort(this.#starting, signal, 'connecting to the broker');
    const body = bodyOf(message);
    await this.#publish(eventsTopic(this.#place), body, false, signal);
    if (message.event === 'test') return;
    const { alert } = message;
    const { state, attributes } = topicsOf(this.#place, alert);
    await this.#publish(attributes, JSON.stringify(alert), true, signal);
    await this.#publish(state, alert.end === undefined ? 'ON' : 'OFF', true, signal);
  }

  show(): void {
    if (this.#showTimer !== undefined || this.#ended.signal.aborted) return;
    this.#showTimer = this.#options.clock.schedule(showWithinMs, () => {
      this.#showTimer = undefined;
      void this.#showAll();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    this.#showTimer?.cancel();
    this.#goneTimer?.cancel();
    this.#startTimer?.cancel();
    await this.#starting.catch(() => {});
    const client = this.#client;
    if (client === undefined) return;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#options.clock.schedule(endWithinMs, resolve);
    if (client.connected) {
      // In order, a broker sends no will.
      const offline = client.publishAsync(availabilityTopic(this.#place), 'offline', retained);
      await Promise.race([offline.catch(() => {}), late]);
    }
    await Promise.race([client.endAsync(true).catch(() => {}), late]);
    timer.cancel();
  }

  /** Never rejects: what is wrong is told by what is sent. */
  async #start(): Promise<void> {
    const { config } = this.#options;
    const { passwordFile, passwordEnvironment, caFile, url } = config;
    let options: IClientOptions;
    try {
      const { connect } = await import('mqtt');
      const password = await readSecret({ file: passwordFile, environment: passwordEnvironment });
      const ca = caFile === undefined ? undefined : await readAuthority(caFile);
      options = {
        ...(config.username === undefined ? {} : { username: config.username }),
        ...(password === undefined ? {} : { password }),
        ...(ca === undefined ? {} : { ca }),
        reconnectPeriod: reconnectMs,
        connectTimeout: connectTimeoutMs,
        // What is not sent waits with us, where it is bounded and outlives the gateway.
        queueQoSZero: false,
        resubscribe: false,
        will: {
          topic: availabilityTopic(this.#place),
          payload: Buffer.from('offline'),
          qos: 1,
          retain: true,
        },
      };
      if (this.#ended.signal.aborted) return;
      const client = connect(url, options);
      this.#client = client;
      client.on('connect', () => void this.#connected(client));
      client.on('error', (error) => {
        const { code } = error as { readonly code?: string | number };
        this.#failure = String(code ?? error.message);
        if (signInRefused.includes(Number(code))) {
          this.#failure = 'the sign-in is refused';
          this.#startAgain(client);
        }
      });
      client.on('message', (topic, payload) => {
        if (payload.length > 0) this.#kept.add(topic);
        else this.#kept.delete(topic);
      });
    } catch (error) {
      this.#failure = asSignalboxError(error).message;
      this.#startAgain(undefined);
    }
  }

  /** With the password as it is then. */
  #startAgain(client: MqttClient | undefined): void {
    client?.end(true);
    this.#client = undefined;
    this.#startTimer?.cancel();
    if (this.#ended.signal.aborted) return;
    this.#startTimer = this.#options.clock.schedule(startAgainMs, () => {
      this.#starting = this.#start();
    });
  }

  async #connected(client: MqttClient): Promise<void> {
    this.#failure = undefined;
    // A broker may have lost what it kept.
    this.#published.clear();
    this.#kept.clear();
    const { config, clock, ready } = this.#options;
    try {
      await client.publishAsync(availabilityTopic(this.#place), 'online', retained);
      if (config.homeAssistant) {
        await client.subscribeAsync(discoveryTopics(this.#place), { qos: 1 });
        this.#goneTimer?.cancel();
        this.#goneTimer = clock.schedule(sensorsGoneAfterMs, () => void this.#takeAway());
      }
    } catch {
      // It is gone again, and tries anew.
      return;
    }
    await this.#showAll();
    ready();
  }

  /** States and sensors as they are now. */
  async #showAll(): Promise<void> {
    const all = this.#options.shown().slice(0, sensorsMost);
    const { homeAssistant } = this.#options.config;
    const wanted = new Set<string>();
    const renew = async (topic: string, payload: string): Promise<void> => {
      wanted.add(topic);
      await this.#renew(topic, payload);
    };
    try {
      for (const shown of all) {
        const { state, attributes } = topicsOf(this.#place, shown);
        if (homeAssistant) {
          const sensor = JSON.stringify(sensorOf(this.#place, shown));
          await renew(discoveryTopic(this.#place, shown), sensor);
        }
        await renew(attributes, JSON.stringify(shown.open ?? {}));
        await renew(state, shown.open === undefined ? 'OFF' : 'ON');
      }
      // What there is no more is forgotten by the broker too.
      for (const topic of this.#published.keys()) {
        if (wanted.has(topic)) continue;
        await this.#publish(topic, '', true, this.#ended.signal);
        this.#published.delete(topic);
      }
    } catch {
      // The connection is lost; with the next one all of it is shown.
    }
  }

  async #renew(topic: string, payload: string): Promise<void> {
    if (this.#published.get(topic) === payload) return;
    await this.#publish(topic, payload, true, this.#ended.signal);
  }

  /** Sensors that the broker keeps of alerts that are no more. */
  async #takeAway(): Promise<void> {
    const wanted = new Set(this.#options.shown().map((each) => discoveryTopic(this.#place, each)));
    try {
      for (const topic of this.#kept) {
        if (!wanted.has(topic)) await this.#publish(topic, '', true, this.#ended.signal);
      }
    } catch {
      // With the next connection.
    }
  }

  async #publish(
    topic: string,
    payload: string,
    retain: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const client = this.#client;
    if (client?.connected !== true) {
      const why = this.#failure ?? 'not connected yet';
      throw new SignalboxError('NOTICE_FAILED', `${this.address}: ${why}`);
    }
    try {
      await raceAbort(
        client.publishAsync(topic, payload, { qos: 1, retain }),
        signal,
        'publishing',
      );
      if (retain) this.#published.set(topic, payload);
    } catch {
      if (this.#ended.signal.aborted) throw cancellationError(this.#ended.signal, 'publishing');
      const why = signal.aborted ? 'no acknowledgement in time' : 'the connection was lost';
      throw new SignalboxError('NOTICE_FAILED', `${this.address}: ${why}`);
    }
  }
}

const retained = { qos: 1, retain: true } as const;
