/** How a transfer ended: `stall` is the device's refusal, after which its endpoint is halted. */
export type TransferStatus = 'ok' | 'stall' | 'timeout';

export interface TransferIn {
  readonly status: TransferStatus;
  /** What came. Empty unless `ok`. */
  readonly data: Uint8Array;
}

/** A request to the device over its control endpoint, whose answer comes in. USB 2.0, section 9.3. */
export interface ControlRequest {
  readonly request: number;
  /** Whom it is for: the interface, or one of its endpoints. */
  readonly recipient: 'interface' | 'bulk-in' | 'bulk-out';
  readonly value: number;
  /** How long the answer is at most. */
  readonly length: number;
}

/**
 * One USBTMC interface of one device, as its link uses it: USB's transfers and nothing above them. Each
 * call rejects when the device is gone; `close` ends those that are pending.
 */
export interface UsbtmcTransfers {
  /** Whether there is an interrupt endpoint. */
  readonly hasInterrupt: boolean;
  /** Finds the device and claims its interface. @throws PORT_ABSENT, PORT_BUSY, LINK_USB */
  open(signal: AbortSignal): Promise<void>;
  bulkOut(data: Uint8Array, timeoutMs: number): Promise<TransferStatus>;
  /** Up to a short packet, or to `length` bytes, a multiple of the endpoint's packets. */
  bulkIn(length: number, timeoutMs: number): Promise<TransferIn>;
  interruptIn(timeoutMs: number): Promise<TransferIn>;
  controlIn(request: ControlRequest, timeoutMs: number): Promise<TransferIn>;
  /** CLEAR_FEATURE ENDPOINT_HALT. USB 2.0, section 9.4.1. */
  clearHalt(endpoint: 'bulk-in' | 'bulk-out'): Promise<void>;
  /** Never rejects. */
  close(): Promise<void>;
}
