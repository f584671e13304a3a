import type { RemoteLocal, ReplyReader } from '../protocols/index.ts';
import type { HttpResponse } from './http/http-answer.ts';
import type { HttpRequest } from './http/http-client.ts';
import type { WorkerIntroduction } from './worker/worker-introduction.ts';

/** What one read of a link gives. */
export interface Chunk {
  readonly data: Uint8Array;
  /** Whether the message ends here. Always false on a stream, which knows no messages. */
  readonly end: boolean;
}

/** The control lines of a serial link. */
export interface SerialLines {
  readonly dtr?: boolean;
  readonly rts?: boolean;
  readonly break?: boolean;
}

/**
 * One connection to the outside. Not safe to share: only its port touches it. A link is used once:
 * after `close()`, or after an error, a new one is made.
 */
export interface Link {
  /** Where it leads, as a person would type it: `/dev/ttyUSB0`, `tcp://host:port`. */
  readonly address: string;
  /** A message link marks the end of each message; a stream is bytes alone. */
  readonly kind: 'stream' | 'message';
  /** @throws PORT_BUSY, PORT_ABSENT, LINK_USB, LINK_COMMUNICATION, LINK_TIMEOUT, CANCELLED */
  open(signal: AbortSignal): Promise<void>;
  /**
   * Resolves when the operating system has taken the bytes; undefined when it has done so at once.
   * Rejects with LINK_USB, LINK_COMMUNICATION, LINK_TIMEOUT, CANCELLED; throws nothing by itself.
   */
  write(
    data: Uint8Array,
    options: { end: boolean; signal: AbortSignal },
  ): Promise<void> | undefined;
  /**
   * The next bytes that arrive; waits for at least one. One read at a time. Bytes that arrive
   * between reads are kept up to a bound, then the link fails with LINK_PROTOCOL.
   * @throws LINK_USB, LINK_COMMUNICATION when the connection breaks; CANCELLED
   */
  read(signal: AbortSignal): Promise<Chunk>;
  /** Gives everything back; a pending read ends with an error. Never throws; may be called twice. */
  close(): Promise<void>;
  /**
   * Only where an instrument says nothing until it is asked to (VXI-11, USBTMC, GPIB): asks for what
   * it has to say, which `read` then gives up to its end. Where nothing comes within the time the link
   * asks no more, and is as good as before.
   */
  askForReply?(timeoutMs: number): void;
  /** Device clear: the instrument forgets what it was told and what it had to say. IEEE 488.1, 2.7. */
  clear?(signal: AbortSignal): Promise<void>;
  /** Device trigger. IEEE 488.1, 2.8. */
  trigger?(signal: AbortSignal): Promise<void>;
  /** Serial poll: the status byte, 0 to 255. IEEE 488.1, 2.5. */
  readStatusByte?(signal: AbortSignal): Promise<number>;
  /**
   * Remote, local, and whether the key for local is locked out, as far as the link can say it.
   * IEEE 488.1, 2.8.
   */
  setRemote?(request: RemoteLocal, signal: AbortSignal): Promise<void>;
  /** Until disposed, `listener` is told each time when the instrument asks for service (SRQ). */
  onServiceRequest?(listener: () => void): Disposable;
  /** Sets control lines, where the link has them. */
  setLines?(lines: SerialLines): Promise<void>;
  /**
   * Only where a worker is at the other end: calls a function of it. Aborting the signal cancels the
   * call there too.
   * @throws WORKER_UNAVAILABLE, WORKER_BUSY, VALUE_INVALID, BAD_ARGUMENT: it was not sent;
   *   WORKER_LOST, WORKER_FAILED, NOT_FOUND, CANCELLED, and what the function itself fails with
   */
  call?(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
  /** What the worker said of itself when it was ready. @throws WORKER_UNAVAILABLE */
  introduction?(): Promise<WorkerIntroduction>;
  /**
   * Only where a web service is at the other end: makes a request, and gives the answer whatever its
   * status is.
   * @throws RATE_LIMITED, INSTRUMENT_OFFLINE, SIGN_IN_REQUIRED: nothing was done;
   *   LINK_COMMUNICATION, REPLY_MALFORMED, CANCELLED
   */
  request?(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
  /**
   * Only where each request has a connection of its own (cgminer): opens it, sends, and reads the reply,
   * which the end of the connection may end.
   * @throws INSTRUMENT_OFFLINE: nothing was sent; LINK_COMMUNICATION, REPLY_MALFORMED, CANCELLED, and what
   *   the reader refuses with
   */
  exchange?<Reply>(
    request: Uint8Array,
    reader: ReplyReader<Reply>,
    signal: AbortSignal,
  ): Promise<Reply>;
}

/** Makes a fresh link for each (re)connection. */
export interface LinkFactory {
  readonly address: string;
  /** Of the links that it makes. */
  readonly kind: Link['kind'];
  create(): Link;
}
