/**
 * One ProPar frame: who, which exchange, and the message bytes. Framing: Bronkhorst manual 9.17.027,
 * "RS232 interface with FLOW-BUS protocol", section 3 (binary "enhanced" and ASCII protocol).
 */
export interface ProparFrame {
  /** 0 to 255, chosen by the master and echoed. ASCII frames have none: 0. */
  readonly sequence: number;
  /** Destination of a request, source of a reply. 128 means whoever is directly connected. */
  readonly node: number;
  /** The message; empty in an error frame. */
  readonly data: Uint8Array;
  /** Set in an error frame of the FLOW-BUS interface: its error code. */
  readonly errorCode?: number;
}

/** What a frame reader found in a stream. */
export type ProparEvent =
  | { readonly kind: 'frame'; readonly frame: ProparFrame }
  /** Bytes that are no frame, and why. */
  | {
      readonly kind: 'noise';
      readonly reason: string;
      readonly bytes: number;
      /** Of a frame that came whole but breaks the rules: whose it says it is. */
      readonly claims?: { readonly sequence: number; readonly node: number };
    };

/** The node address that whoever is directly connected answers to. */
export const directNode = 128;
/** A message has at most so many bytes: its length is one byte. */
export const messageBytesMost = 255;
/** The reason for bytes between frames. */
export const unframed = 'no frame';
