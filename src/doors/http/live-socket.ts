import type { Clock, Timer } from '../../kernel/index.ts';

/** A client that does not answer a ping before the next one is due is gone. */
export const pingEveryMs = 5_000;
/** A client that has left so many bytes unread is disconnected. */
export const unreadBytesMost = 4_194_304;
/** While so many bytes are unread, readings are kept back, the newest of each parameter. */
export const unreadBytesBusy = 65_536;

/** What is used of a WebSocket of `ws`. */
export interface ServerSocket {
  readonly bufferedAmount: number;
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (data: Uint8Array, isBinary: boolean) => void): void;
  on(event: 'pong' | 'close', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
}

const policyViolation = 1008;
const retryDelayMs = 50;

/** A WebSocket that notices when its client is gone, and never stores more than it should. */
export class LiveSocket {
  readonly #socket: ServerSocket;
  readonly #clock: Clock;
  readonly #gone = new AbortController();
  readonly #newest = new Map<string, unknown>();
  #isAnswered = true;
  #pinging: Timer | undefined;
  #retry: Timer | undefined;

  constructor(socket: ServerSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('pong', () => (this.#isAnswered = true));
    socket.on('close', () => this.#end());
    socket.on('error', () => this.terminate());
    this.#ping();
  }

  /** Aborts when the client is gone. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Sends an answer. */
  send(message: unknown): void {
    if (this.#gone.signal.aborted) return;
    if (this.#socket.bufferedAmount > unreadBytesMost) {
      this.#socket.close(policyViolation, 'too much was left unread');
      this.terminate();
      return;
    }
    this.#socket.send(JSON.stringify(message));
  }

  /** Sends what only the newest of is worth sending. */
  sendNewest(key: string, message: unknown): void {
    if (this.#gone.signal.aborted) return;
    this.#newest.delete(key);
    this.#newest.set(key, message);
    this.#flush();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#socket.terminate();
    this.#end();
  }

  #flush(): void {
    for (const [key, message] of this.#newest) {
      if (this.#socket.bufferedAmount > unreadBytesBusy) {
        this.#retry ??= this.#clock.schedule(retryDelayMs, () => {
          this.#retry = undefined;
          this.#flush();
        });
        return;
      }
      this.#newest.delete(key);
      this.send(message);
    }
  }

  #ping(): void {
    if (!this.#isAnswered) {
      this.terminate();
      return;
    }
    this.#isAnswered = false;
    this.#socket.ping();
    this.#pinging = this.#clock.schedule(pingEveryMs, () => this.#ping());
  }

  #end(): void {
    this.#pinging?.cancel();
    this.#retry?.cancel();
    this.#newest.clear();
    this.#gone.abort();
  }
}
