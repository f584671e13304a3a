import type { Duplex } from 'node:stream';
import type { SerialLines } from '../link.ts';

/** An open serial device, whichever way it was opened. */
export interface SerialDevice {
  readonly stream: Duplex;
  /** @throws LINK_USB, LINK_COMMUNICATION */
  setLines(lines: SerialLines): Promise<void>;
  /** Takes exclusive access back; called just before the stream is destroyed. */
  release(): void;
}
