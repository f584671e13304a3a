import { expect } from 'vitest';
import type * as linksRoom from '../../../src/links/index.ts';
import type { Link } from '../../../src/links/index.ts';
import { randomFrom } from '../../support/random.ts';
import { serveAdapter } from './adapter-simulator.ts';
import { GpibInstrument, whole } from './gpib-instrument.ts';

type Links = Pick<typeof linksRoom, 'PrologixAdapters' | 'prologixLinkFactory' | 'tcpLinkFactory'>;

const forever = new AbortController().signal;
const end = { end: true, signal: forever };
const patientMs = 60_000;
/** Closing takes what is under way, and no more. */
const closeMs = 10_000;

/** Two of them differ in their secondary address alone. */
const places = [
  { name: 'A', key: '9', statusByte: 1, place: { primary: 9 } },
  { name: 'B', key: '9 96', statusByte: 2, place: { primary: 9, secondary: 0 } },
  { name: 'C', key: '22', statusByte: 64, place: { primary: 22 } },
] as const;

/** What one program did with its instrument, as that must have seen it. */
class Program {
  readonly seen: string[] = [];
  readonly #link: Link;
  readonly #name: string;
  readonly #statusByte: number;
  readonly #random: () => number;
  #number = 0;

  constructor(
    link: Link,
    { name, statusByte }: { name: string; statusByte: number },
    random: () => number,
  ) {
    this.#link = link;
    this.#name = name;
    this.#statusByte = statusByte;
    this.#random = random;
  }

  async step(): Promise<void> {
    const dice = this.#random();
    if (dice < 0.75) await this.#query();
    else if (dice < 0.82) await this.#giveUp();
    else if (dice < 0.88) await this.#tell();
    else if (dice < 0.92) {
      await this.#link.clear?.(forever);
      this.seen.push('<clear>');
    } else if (dice < 0.95) {
      await this.#link.trigger?.(forever);
      this.seen.push('<trg>');
    } else expect(await this.#link.readStatusByte?.(forever)).toBe(this.#statusByte);
  }

  async #query(): Promise<void> {
    const message = this.#message('now');
    await this.#link.write(Buffer.from(message), end);
    this.#link.askForReply?.(patientMs);
    const chunks: Uint8Array[] = [];
    for (let isEnd = false; !isEnd;) {
      const chunk = await this.#link.read(forever);
      chunks.push(chunk.data);
      isEnd = chunk.end;
    }
    expect(Buffer.concat(chunks).toString()).toBe(`${this.#name} says ${message}`);
  }

  /** Its answer comes when nobody waits for it any more. */
  async #giveUp(): Promise<void> {
    await this.#link.write(Buffer.from(this.#message('later')), end);
    this.#link.askForReply?.(patientMs);
    if (this.#random() < 0.5) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** In pieces, between which others have their turns. */
  async #tell(): Promise<void> {
    const message = this.#message('told');
    const at = 1 + Math.floor(this.#random() * (message.length - 1));
    await this.#link.write(Buffer.from(message.slice(0, at)), { end: false, signal: forever });
    await this.#link.write(Buffer.from(message.slice(at)), end);
  }

  #message(kind: string): string {
    this.#number += 1;
    const message = `${kind} ${this.#name}${this.#number}`;
    this.seen.push(message);
    return message;
  }
}

/**
 * Three programs use three instruments behind one adapter at once, each as it likes.
 * @throws when one has what is not its own, or hangs for `limitMs`
 * @returns how many operations there were
 */
export async function checkSharing(
  links: Links,
  { rounds, salt, limitMs }: { rounds: number; salt: number; limitMs: number },
): Promise<number> {
  const random = randomFrom(salt);
  const bus = new Map<string, GpibInstrument>();
  for (const { name, key, statusByte } of places) {
    const instrument = new GpibInstrument((message) => {
      if (message.startsWith('told')) return [];
      const afterMs = message.startsWith('later') ? 5 : Math.floor(random() * 2);
      return whole(`${name} says ${message}`).map((said) => ({ ...said, afterMs }));
    });
    instrument.statusByte = statusByte;
    bus.set(key, instrument);
  }
  const { server } = await serveAdapter(bus);
  await using _server = server;
  const adapters = new links.PrologixAdapters();
  const adapter = links.tcpLinkFactory(server.options);
  const opened = places.map(({ place }) =>
    links.prologixLinkFactory({ adapter, adapters, random, ...place }).create(),
  );
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('it hangs')), limitMs);
  try {
    const using = async (): Promise<void> => {
      await Promise.all(opened.map(async (link) => await link.open(forever)));
      await Promise.all(
        places.map(async ({ key, ...place }, at) => {
          const link = opened[at];
          if (link === undefined) throw new Error('no link');
          const program = new Program(link, place, random);
          for (let round = 0; round < rounds; round += 1) await program.step();
          // All that was under way is over.
          await link.readStatusByte?.(forever);
          expect(bus.get(key)?.log).toEqual(program.seen);
        }),
      );
    };
    await Promise.race([using(), late.promise]);
    expect(server.clients.length).toBe(1);
  } finally {
    clearTimeout(timer);
    const closing = Promise.withResolvers<never>();
    const closed = Promise.all(opened.map(async (link) => await link.close()));
    const hung = setTimeout(() => closing.reject(new Error('closing hangs')), closeMs);
    await Promise.race([closed, closing.promise]).finally(() => clearTimeout(hung));
  }
  return rounds * places.length;
}
