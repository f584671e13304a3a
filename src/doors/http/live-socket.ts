import type { Socket } from 'node:net';

import type { Clock, SignalboxError, Timer } from '../../kernel/index.ts';
import type { Encoding, Hub, HubClient, Outlet } from '../../telemetry/index.ts';
import { pongFrame, textFrame } from './websocket-frame.ts';

/** A client that does not answer a ping before the next one is due is gone. */
export const pingEveryMs = 5_000;
/** How long one that is cut off may take to read why. */
export const lastWordsMs = 5_000;

/** What is used of a WebSocket of `ws`, which must not answer pings by itself. */
export interface ServerSocket {
  /** 1 while it is open. */
  readonly readyState: number;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (data: Uint8Array, isBinary: boolean) => void): void;
  on(event: 'ping', listener: (data: Uint8Array) => void): void;
  on(event: 'pong' | 'close', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

export interface LiveSocketOptions {
  readonly socket: ServerSocket;
  /** What the WebSocket runs over. */
  readonly wire: Socket;
  readonly clock: Clock;
  readonly hub: Hub;
  readonly encoding: Encoding;
  /** Who it is: shown to others. */
  readonly label: string;
  /** @throws when the client may not be inside any longer; asked with every ping and subscription */
  readonly checkAllowed: () => void;
  /** Told why it was cut off, when that was not the client's doing. */
  readonly cut?: (reason: SignalboxError) => void;
}

const open = 1;
const policyViolation = 1008;

/**
 * A WebSocket that notices when its client is gone, and never stores more than it should. What it sends
 * are whole frames, all by one {@link Outbox}, straight to the wire: `ws` reads, and writes only pings
 * and the frame that closes, each as one piece. So no frame comes into the middle of another, and none
 * after the closing one.
 */
export class LiveSocket {
  readonly client: HubClient;
  readonly #socket: ServerSocket;
  readonly #clock: Clock;
  readonly #checkAllowed: () => void;
  readonly #gone = new AbortController();
  #isAnswered = true;
  /** What one who was behind at the last ping had taken by then. */
  #takenBytes: number | undefined;
  #pinging: Timer | undefined;

  constructor(options: LiveSocketOptions) {
    const { socket, wire, clock, hub, encoding, label, checkAllowed, cut } = options;
    this.#socket = socket;
    this.#clock = clock;
    this.#checkAllowed = checkAllowed;
    this.client = hub.connect({
      outlet: outletOf(socket, wire),
      encoding,
      label,
      cut: (reason) => {
        this.#cutOff('too much was left unread');
        cut?.(reason);
      },
    });
    wire.on('drain', () => this.client.outbox.drained());
    socket.on('pong', () => (this.#isAnswered = true));
    socket.on('ping', (payload) => this.client.outbox.send(pongFrame(payload)));
    socket.on('close', () => this.#end());
    // `ws` has said with its closing frame what was wrong.
    socket.on('error', () => this.#letGo());
    this.#ping();
  }

  /** Aborts when the client is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Sends an answer. */
  send(message: unknown): void {
    this.client.outbox.send(textFrame(JSON.stringify(message)));
  }

  /** Sends what only the newest of is worth sending. */
  sendNewest(key: string, message: unknown): void {
    this.client.outbox.sendNewest(key, () => textFrame(JSON.stringify(message)));
  }

  /** @throws when the client may not be inside any longer: AUTHENTICATION_REQUIRED */
  checkAllowed(): void {
    this.#checkAllowed();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#socket.terminate();
    this.#end();
  }

  #ping(): void {
    const { takenBytes, isClear } = this.client.outbox;
    // One who is behind answers late. When its connection was full, what it took since came through.
    const isTaking = this.#takenBytes !== undefined && takenBytes > this.#takenBytes;
    if (!this.#isAnswered && !isTaking) {
      this.terminate();
      return;
    }
    try {
      this.#checkAllowed();
    } catch {
      this.#cutOff('the token has ended');
      return;
    }
    this.#isAnswered = false;
    this.#takenBytes = isClear ? undefined : takenBytes;
    this.#socket.ping();
    this.#pinging = this.#clock.schedule(pingEveryMs, () => this.#ping());
  }

  /** One that is only slow still reads why; it is over for it all the same. */
  #cutOff(why: string): void {
    this.#socket.close(policyViolation, why);
    this.#letGo();
  }

  /** It has a while to read the closing frame, and to answer it. */
  #letGo(): void {
    const timer = this.#clock.schedule(lastWordsMs, () => this.#socket.terminate());
    this.#socket.on('close', () => timer.cancel());
    this.#end();
  }

  #end(): void {
    this.#pinging?.cancel();
    this.client[Symbol.dispose]();
    this.#gone.abort();
  }
}

function outletOf(socket: ServerSocket, wire: Socket): Outlet {
  return {
    get isFull() {
      return wire.writableNeedDrain;
    },
    get unsentBytes() {
      return wire.writableLength;
    },
    write(bytes) {
      if (socket.readyState === open) wire.write(bytes);
    },
  };
}
