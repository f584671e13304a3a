import type { Socket } from 'node:net';
import type { Link } from '../../src/links/index.ts';
import { isSignalboxError } from '../../src/kernel/index.ts';
import { LoopbackServer } from './tcp/loopback-server.ts';

/** Bytes with some of them changed, left out, doubled or put elsewhere. */
export function spoiled(bytes: Uint8Array, random: () => number): Uint8Array {
  const spoilt = Buffer.from(bytes);
  for (let change = Math.floor(random() * 4); change > 0 && spoilt.length > 0; change -= 1) {
    const at = Math.floor(random() * spoilt.length);
    const draw = random();
    if (draw < 0.6) spoilt[at] = Math.floor(random() * 256);
    else if (draw < 0.8) spoilt.copyWithin(at, Math.floor(random() * spoilt.length));
    else return spoilt.subarray(0, at);
  }
  return random() < 0.1 ? Buffer.concat([spoilt, spoilt]) : spoilt;
}

/** What a link does in a round: everything that it can, and all of it ends. */
export async function useWholeLink(
  link: Link,
  random: () => number,
  patientMs: number,
): Promise<void> {
  const signal = AbortSignal.timeout(Math.ceil(patientMs));
  const attempts = [
    async () => await link.open(signal),
    async () => await link.write(Buffer.from('A?'), { end: true, signal }),
    async () => void link.onServiceRequest?.(() => {}),
    async () => {
      link.askForReply?.(1);
      for (let reads = 0; reads < 4; reads += 1) await link.read(signal);
    },
    async () => await link.readStatusByte?.(signal),
    async () => await link.clear?.(signal),
    async () => await link.trigger?.(signal),
    async () => await link.write(Buffer.from('B?'), { end: true, signal }),
  ];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch (error) {
      // Whatever a server says, the error is one of the catalogue.
      if (!isSignalboxError(error) || error.code === 'INTERNAL') throw error;
    }
    if (random() < 0.05) break;
  }
  await link.close();
}

/**
 * A server that answers each chunk that comes with what `answers` says to it, spoiled, in pieces of any
 * length; now and then it ends.
 */
export async function spoilingServer(
  random: () => number,
  answers: (request: Buffer) => Uint8Array,
): Promise<LoopbackServer> {
  return await LoopbackServer.listen((client) => {
    client.on('data', (request: Buffer) => {
      const answer = answers(request);
      sendInPieces(client, random() < 0.5 ? answer : spoiled(answer, random), random);
      const draw = random();
      if (draw < 0.02) client.end();
      else if (draw < 0.04) client.resetAndDestroy();
    });
    client.on('end', () => client.end());
  });
}

function sendInPieces(client: Socket, bytes: Uint8Array, random: () => number): void {
  for (let at = 0; at < bytes.length;) {
    const length = random() < 0.7 ? bytes.length : 1 + Math.floor(random() * 8);
    client.write(bytes.subarray(at, at + length));
    at += length;
  }
}
