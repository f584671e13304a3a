import type { Duplex } from 'node:stream';
import type { SerialLines } from '../link.ts';

/** An open serial device, whichever way it was opened. */
export interface SerialDevice {
  readonly stream: Duplex;
  /** @throws LINK_USB, LINK_COMMUNICATION */
  setLines(lines: SerialLines): Promise<void>;
  /**
   * Gives up exclusive access, and what the stream does not close by itself; called just before the
   * stream is destroyed, perhaps twice. Never rejects.
   */
  release(): Promise<void>;
}
