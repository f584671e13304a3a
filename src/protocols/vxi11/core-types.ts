import type { Vxi11Flags, Vxi11ReadReason } from './flags.ts';

/** What a procedure gives that gives nothing else. See {@link vxi11Errors}. VXI-11, appendix C, Device_Error. */
export interface Vxi11Result {
  /** 0: no error. */
  readonly error: number;
}

/** VXI-11, section B.6, create_link. */
export interface Vxi11CreateLinkArgs {
  /** Means nothing to the server. */
  readonly clientId: number;
  /** Whether to lock the device at once. */
  readonly lockDevice: boolean;
  readonly lockTimeoutMs: number;
  /** Which of the server's devices: `inst0`, `gpib0,5`. */
  readonly device: string;
}

/** VXI-11, section B.6, create_link. */
export interface Vxi11CreateLinkResult extends Vxi11Result {
  readonly linkId: number;
  /** Where the abort channel listens. */
  readonly abortPort: number;
  /** The most data that one write may bring; see {@link vxi11ReceiveBytesLeast}. */
  readonly receiveBytesMost: number;
}

/** VXI-11, section B.6, device_write. */
export interface Vxi11WriteArgs {
  readonly linkId: number;
  readonly ioTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly flags: Vxi11Flags;
  readonly data: Uint8Array;
}

/** VXI-11, section B.6, device_write. */
export interface Vxi11WriteResult extends Vxi11Result {
  /** How many bytes the device took, also when the write failed. */
  readonly size: number;
}

/** VXI-11, section B.6, device_read. */
export interface Vxi11ReadArgs {
  readonly linkId: number;
  /** How many bytes to give at the most. */
  readonly requestBytes: number;
  readonly ioTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly flags: Vxi11Flags;
  /** Counts where the flags say so. */
  readonly terminator: number;
}

/** VXI-11, section B.6, device_read. */
export interface Vxi11ReadResult extends Vxi11Result {
  readonly reason: Vxi11ReadReason;
  /** What came, also when the read failed. */
  readonly data: Uint8Array;
}

/**
 * Of the procedures that name only a link and how long to wait. VXI-11, appendix C,
 * Device_GenericParms.
 */
export interface Vxi11GenericArgs {
  readonly linkId: number;
  readonly flags: Vxi11Flags;
  readonly lockTimeoutMs: number;
  readonly ioTimeoutMs: number;
}

/** VXI-11, section B.6, device_readstb. */
export interface Vxi11StatusByteResult extends Vxi11Result {
  readonly statusByte: number;
}

/** VXI-11, section B.6, device_lock. */
export interface Vxi11LockArgs {
  readonly linkId: number;
  readonly flags: Vxi11Flags;
  readonly lockTimeoutMs: number;
}

/** VXI-11, section B.6, device_enable_srq. */
export interface Vxi11EnableServiceRequestArgs {
  readonly linkId: number;
  readonly enable: boolean;
  /** Comes back with each service request. At most {@link vxi11HandleBytesMost}. */
  readonly handle: Uint8Array;
}

/** VXI-11, section B.6, device_docmd; the commands of an interface device are in VXI-11.2. */
export interface Vxi11DoCommandArgs {
  readonly linkId: number;
  readonly flags: Vxi11Flags;
  readonly ioTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly command: number;
  /** Whether the data has its most significant byte first. */
  readonly isNetworkOrder: boolean;
  /** How many bytes an item of the data has. */
  readonly itemBytes: number;
  readonly data: Uint8Array;
}

/** VXI-11, section B.6, device_docmd. */
export interface Vxi11DoCommandResult extends Vxi11Result {
  readonly data: Uint8Array;
}

/** Where a client listens for service requests. VXI-11, section B.6, create_intr_chan. */
export interface Vxi11InterruptChannelArgs {
  /** IPv4, as text. */
  readonly hostAddress: string;
  readonly hostPort: number;
  /** Usually those of {@link vxi11Interrupt}. */
  readonly program: number;
  readonly version: number;
  readonly transport: 'tcp' | 'udp';
}

/** VXI-11, section B.6, device_intr_srq. */
export interface Vxi11ServiceRequestArgs {
  readonly handle: Uint8Array;
}
