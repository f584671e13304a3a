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
   * Resolves when the operating system has taken the bytes.
   * @throws LINK_USB, LINK_COMMUNICATION, LINK_TIMEOUT, CANCELLED
   */
  write(data: Uint8Array, options: { end: boolean; signal: AbortSignal }): Promise<void>;
  /**
   * The next bytes that arrive; waits for at least one. One read at a time. Bytes that arrive
   * between reads are kept up to a bound, then the link fails with LINK_PROTOCOL.
   * @throws LINK_USB, LINK_COMMUNICATION when the connection breaks; CANCELLED
   */
  read(signal: AbortSignal): Promise<Chunk>;
  /** Gives everything back; a pending read ends with an error. Never throws; may be called twice. */
  close(): Promise<void>;
  /** Device clear, where the link has one. */
  clear?(signal: AbortSignal): Promise<void>;
  /** Sets control lines, where the link has them. */
  setLines?(lines: SerialLines): Promise<void>;
}

/** Makes a fresh link for each (re)connection. */
export interface LinkFactory {
  readonly address: string;
  create(): Link;
}
