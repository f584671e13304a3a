import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { ManualClock } from '../../src/kernel/index.ts';
import { Port } from '../../src/ports/index.ts';
import type { PortOptions, Transaction } from '../../src/ports/index.ts';
import { ask } from '../support/line-transaction.ts';
import { MemoryBench } from '../support/memory-link.ts';
import type { Peer } from '../support/memory-link.ts';

/** Answers at once. */
export const echo: Peer = (request, side) => side.reply(`re ${request}`);
/** Never answers. */
export const silence: Peer = () => {};

/** An open port on a line in memory, with `peer` at its other end. */
export async function openPort(
  peer: Peer,
  options: Partial<PortOptions> = {},
): Promise<{ port: Port; bench: MemoryBench; clock: ManualClock }> {
  const bench = new MemoryBench(peer);
  const clock = new ManualClock(undefined, turnOfLoop);
  const port = new Port({ name: 'bus', link: bench, clock, ...options });
  port.open();
  await clock.advance(0);
  return { port, bench, clock };
}

/** A read that may be merged with others of the same text. */
export function read(text: string, more: Partial<Transaction<string>> = {}): Transaction<string> {
  return ask(text, { repeat: 'safe', merge: { key: text }, ...more });
}
