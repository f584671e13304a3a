import type { Clock, Timer } from '../../../kernel/index.ts';
import type { Hub } from '../../../telemetry/index.ts';
import type { LiveSocket } from '../live-socket.ts';
import { textFrame } from '../websocket-frame.ts';
import { monitorPrefix } from './monitor-encoding.ts';
import {
  isMonitorTopic,
  monitorMessage,
  monitorMessageTypes,
  monitorTopics,
} from './monitor-messages.ts';
import type { MonitorMessage } from './monitor-messages.ts';

/** So often the server asks for a sign of life. */
export const heartbeatEveryMs = 30_000;
/** Who says nothing for so long is disconnected. */
export const staleAfterMs = 75_000;

const policyViolation = 1008;

export interface MonitorConnectionOptions {
  readonly socket: LiveSocket;
  readonly hub: Hub;
  readonly clock: Clock;
  /** How it is called in answers: never the same twice. */
  readonly id: string;
}

/** One client of a miner monitor: what it says, and what it is told of itself. */
export class MonitorConnection {
  readonly #options: MonitorConnectionOptions;
  readonly #sinceMs: number;
  #heardAtMs: number;
  #received = 0;
  #heartbeat: Timer | undefined;
  #stale: Timer | undefined;

  constructor(options: MonitorConnectionOptions) {
    const { socket, clock, id } = options;
    this.#options = options;
    this.#sinceMs = clock.now();
    this.#heardAtMs = clock.monotonic();
    socket.gone.addEventListener('abort', () => this.#end(), { once: true });
    this.#say({
      type: 'connection_established',
      client_id: id,
      available_topics: monitorTopics,
      heartbeat_interval: heartbeatEveryMs / 1_000,
    });
    this.#subscribe(['miners']);
    this.#beat();
    this.#watch();
  }

  /** Takes one message of the client. Never throws. */
  receive(text: string): void {
    this.#heardAtMs = this.#options.clock.monotonic();
    this.#received += 1;
    const message = monitorMessage(text);
    if (message === undefined)
      this.#refuse('that is no message: {"type": "subscribe", "topics": ["miners"]}');
    else this.#answer(message);
  }

  #answer({ type, topics, includeStats }: MonitorMessage): void {
    switch (type) {
      case 'subscribe':
        this.#change(topics, (all) => this.#subscribe(all));
        return;
      case 'unsubscribe':
        this.#change(topics, (all) => this.#unsubscribe(all));
        return;
      case 'ping':
        this.#say({ type: 'pong', ...(includeStats ? { stats: this.#status() } : {}) });
        return;
      case 'pong':
      case 'heartbeat':
        return;
      case 'get_status':
      case 'status':
        this.#say({ type: 'status_response', data: this.#status() });
        return;
      case 'get_topics':
        this.#say({
          type: 'topics_response',
          data: { available_topics: monitorTopics, subscribed_topics: this.#topics() },
        });
        return;
      default:
        this.#refuse(`there is no message type '${type}'`);
    }
  }

  #change(topics: readonly string[], change: (topics: readonly string[]) => void): void {
    const unknown = topics.filter((topic) => !isMonitorTopic(topic));
    if (topics.length === 0) this.#refuse('no topics are named');
    else if (unknown.length === 0) change(topics);
    else this.#refuse(`there is no topic ${unknown.map((topic) => `'${topic}'`).join(', ')}`);
  }

  /** What it listens to is told before what comes of it. */
  #subscribe(topics: readonly string[]): void {
    const { client } = this.#options.socket;
    client.subscribe(topics.map(patternOf), {
      answer: () =>
        textFrame(
          JSON.stringify({
            type: 'subscription_update',
            subscribed_topics: this.#topics(),
            timestamp: this.#timestamp(),
          }),
        ),
    });
  }

  #unsubscribe(topics: readonly string[]): void {
    this.#options.socket.client.unsubscribe(topics.map(patternOf));
    this.#say({ type: 'subscription_update', subscribed_topics: this.#topics() });
  }

  #topics(): readonly string[] {
    return this.#options.socket.client.patterns.map((each) => each.slice(monitorPrefix.length));
  }

  #status(): object {
    const { id, hub } = this.#options;
    return {
      client_id: id,
      connected_at: new Date(this.#sinceMs).toISOString(),
      subscribed_topics: this.#topics(),
      messages_received: this.#received,
      connection_count: hub.clientCount,
      topics: Object.fromEntries(
        monitorTopics.map((name) => [name, hub.find(patternOf(name))?.clientCount ?? 0]),
      ),
    };
  }

  #refuse(message: string): void {
    this.#say({ type: 'error', data: { message, supported_types: monitorMessageTypes } });
  }

  #say(message: object): void {
    this.#options.socket.send({ ...message, timestamp: this.#timestamp() });
  }

  #timestamp(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }

  #beat(): void {
    this.#heartbeat = this.#options.clock.schedule(heartbeatEveryMs, () => {
      this.#say({ type: 'ping' });
      this.#beat();
    });
  }

  #watch(): void {
    const { clock, socket } = this.#options;
    const leftMs = this.#heardAtMs + staleAfterMs - clock.monotonic();
    this.#stale = clock.schedule(Math.max(1, leftMs), () => {
      if (clock.monotonic() - this.#heardAtMs < staleAfterMs) this.#watch();
      else socket.close(policyViolation, 'nothing was said for too long');
    });
  }

  #end(): void {
    this.#heartbeat?.cancel();
    this.#stale?.cancel();
  }
}

function patternOf(topic: string): string {
  return `${monitorPrefix}${topic}`;
}
