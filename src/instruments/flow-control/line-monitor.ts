import { AsciiFrameReader, BinaryFrameReader, parseMessage } from '../../protocols/index.ts';
import type { ProparEvent, ProparMode, SentItem } from '../../protocols/index.ts';
import { PP_COMMAND } from './propar-constants.ts';

/** Takes text for people. */
export type Print = (text: string) => void;

/** What is shown of the bytes that arrive: nothing, those outside of frames, all. */
export type DumpLevel = 0 | 1 | 2;

/** Told of values that an instrument sent without being asked. */
export type BroadcastListener = (node: number, items: readonly SentItem[]) => void;

/** Looks at what goes over a ProPar line: shows it to people, and finds broadcasts in it. */
export class LineMonitor {
  debug = false;
  dump: DumpLevel = 0;
  onBroadcast: BroadcastListener | undefined;
  readonly #print: Print;
  #frames: { push(chunk: Uint8Array): ProparEvent[]; readonly isInside: boolean } =
    new BinaryFrameReader();

  constructor(print: Print) {
    this.#print = print;
  }

  /** A line begins anew, in that form. */
  begin(mode: ProparMode): void {
    this.#frames = mode === 'binary' ? new BinaryFrameReader() : new AsciiFrameReader();
  }

  sent(data: Uint8Array): void {
    if (this.debug) this.#print(`TX (${data.length}): ${hexOf(data)}\n`);
  }

  received(data: Uint8Array): void {
    if (this.debug) this.#print(`RX (${data.length}): ${hexOf(data)}\n`);
    if (this.dump === 0 && this.onBroadcast === undefined) return;
    let dumped = '';
    // Byte by byte, because each belongs to a frame or does not.
    for (let at = 0; at < data.length; at += 1) {
      const byte = data.subarray(at, at + 1);
      const events = this.#frames.push(byte);
      const isFramed = this.#frames.isInside || events.some(({ kind }) => kind === 'frame');
      if (this.dump === 2 || (this.dump === 1 && !isFramed)) dumped += textOf(byte);
      for (const event of events) this.#look(event);
    }
    if (dumped !== '') this.#print(dumped);
  }

  #look(event: ProparEvent): void {
    if (event.kind !== 'frame' || this.onBroadcast === undefined) return;
    const { node, data } = event.frame;
    const message = parseMessage(data);
    if (message.kind !== 'send' || message.command !== PP_COMMAND.SEND_PARM_BROADCAST) return;
    this.onBroadcast(node, message.items);
  }
}

function hexOf(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}

/** What can be printed as it is, anything else by its number. */
function textOf(data: Uint8Array): string {
  return Array.from(data, (byte) => {
    const isText = (byte >= 0x20 && byte < 0x7f) || byte === 0x0a;
    return isText ? String.fromCodePoint(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}
