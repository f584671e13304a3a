import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Door } from '../../src/doors/index.ts';
import { Instrument, ScpiDriver } from '../../src/instruments/index.ts';
import { tcpLinkFactory } from '../../src/links/index.ts';
import type { Link } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import { blockHeader } from '../../src/protocols/index.ts';
import { startSimulator } from '../../src/simulators/index.ts';
import type { Simulator } from '../../src/simulators/index.ts';
import { scpiDevice } from '../doors/message-bench.ts';
import type { DoorParts } from '../doors/message-bench.ts';
import { BlockInstrument } from '../doors/socket/block-instrument.ts';

const forever = new AbortController().signal;

/** What the block instrument gives to `CURV?`: longer than anything may hold. */
export const blockBytes = 67_108_864;
const piece = Buffer.alloc(
  65_536,
  Uint8Array.from({ length: 65_521 }, (_, at) => (at * 31) % 251),
);

/** A real instrument behind a real door: a simulated multimeter, and one that gives long blocks. */
export class InstrumentBench<AnyDoor extends Door> implements AsyncDisposable {
  readonly doors: readonly AnyDoor[];
  readonly blocks: BlockInstrument;
  readonly #meter: Simulator;
  readonly #ports: readonly Port[];
  readonly #sent: { readonly bytes: number };

  private constructor(parts: {
    readonly doors: readonly AnyDoor[];
    readonly blocks: BlockInstrument;
    readonly meter: Simulator;
    readonly ports: readonly Port[];
    readonly sent: { readonly bytes: number };
  }) {
    this.doors = parts.doors;
    this.blocks = parts.blocks;
    this.#meter = parts.meter;
    this.#ports = parts.ports;
    this.#sent = parts.sent;
  }

  /** At the first door the multimeter, at the second the blocks. */
  static async open<AnyDoor extends Door>(
    doorOf: (parts: DoorParts) => AnyDoor,
  ): Promise<InstrumentBench<AnyDoor>> {
    const sent = { bytes: 0 };
    const meter = await startSimulator({ kind: 'multimeter', tcpPort: 0 });
    const blocks = await BlockInstrument.open({ 'CURV?': () => counted(blockPieces(), sent) });
    const addresses = [meter.address.split(':').at(-1), blocks.tcpPort].map(Number);
    const ports = addresses.map(
      (port, index) =>
        new Port({ name: `port${index}`, link: tcpLinkFactory({ host: '127.0.0.1', port }) }),
    );
    const doors = ports.map((port, index) => {
      const driver = new ScpiDriver({ parameters: [], timeoutMs: 20_000 });
      const name = ['meter', 'scope'][index] ?? '';
      return doorOf({
        name,
        device: scpiDevice(index, new Instrument({ name, port, driver }), driver),
      });
    });
    for (const port of ports) port.open();
    for (const door of doors) await door.open();
    return new InstrumentBench({ doors, blocks, meter, ports, sent });
  }

  /** How much of a block the instrument can get rid of while nobody reads it. */
  async sentUnread(): Promise<number> {
    for (let before = -1; before !== this.#sent.bytes;) {
      before = this.#sent.bytes;
      await pause(500);
    }
    return this.#sent.bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.doors) await door.close();
    for (const port of this.#ports) await port.close();
    await this.blocks[Symbol.asyncDispose]();
    await this.#meter[Symbol.asyncDispose]();
  }
}

function* blockPieces(): Generator<Uint8Array> {
  yield Buffer.from(blockHeader(blockBytes));
  for (let sent = 0; sent < blockBytes; sent += piece.length) yield piece;
  yield Buffer.from('\n');
}

function* counted(pieces: Iterable<Uint8Array>, sent: { bytes: number }): Generator<Uint8Array> {
  for (const part of pieces) {
    sent.bytes += part.length;
    yield part;
  }
}

/** The digest of all that `CURV?` is answered with. */
export function blockDigest(): string {
  const hash = createHash('sha256');
  for (const part of blockPieces()) hash.update(part);
  return hash.digest('hex');
}

/** A response as it was read piece by piece. */
export interface ReadResponse {
  readonly digest: string;
  readonly bytes: number;
  readonly pieces: number;
}

/**
 * Reads one response to its end and keeps nothing of it.
 * @param begun awaited when its first piece has come; meanwhile nothing is read
 */
export async function readResponse(link: Link, begun: () => Promise<void>): Promise<ReadResponse> {
  const hash = createHash('sha256');
  let [bytes, pieces] = [0, 0];
  for (let isOver = false; !isOver;) {
    const { data, end } = await link.read(forever);
    hash.update(data);
    bytes += data.length;
    pieces += 1;
    isOver = end;
    if (pieces === 1) await begun();
  }
  return { digest: hash.digest('hex'), bytes, pieces };
}

/** Writes a text as one message. */
export async function say(link: Link, text: string): Promise<void> {
  await link.write(Buffer.from(text), { end: true, signal: forever });
}

/** Reads one response as a text. */
export async function hear(link: Link): Promise<string> {
  let text = '';
  for (;;) {
    const { data, end } = await link.read(forever);
    text += Buffer.from(data).toString('latin1');
    if (end) return text;
  }
}
