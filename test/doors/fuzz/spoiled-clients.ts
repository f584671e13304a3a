import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { RandomBytes } from '../../protocols/random-bytes.ts';
import { HislipProgram } from '../hislip/hislip-program.ts';
import { RpcCaller, Vxi11Program } from '../vxi11/vxi11-program.ts';
import {
  hislipAsynchronous,
  hislipOpenings,
  hislipSynchronous,
  rfc2217Frames,
  spoiledFrame,
  vxi11Calls,
} from './spoiled-frames.ts';
import type { Frames } from './spoiled-frames.ts';

/** A client whose connection is not ended by then hangs. */
const goneLongestMs = 20_000;

/** One client: comes in, says so many frames at most, and leaves. @returns how many it said */
export type SpoiledClient = (tcpPort: number, random: RandomBytes) => Promise<number>;

/** A session that was opened as it should be, or first messages that are none. */
export const spoiledHislip: SpoiledClient = async (tcpPort, random) => {
  if (random.chance(0.1)) {
    const socket = await connected(tcpPort);
    const said = say(socket, random, [hislipOpenings, hislipSynchronous], 4);
    await leave([socket], random);
    return said;
  }
  const program = await HislipProgram.connect(tcpPort);
  const synchronous = program.synchronous.socket;
  const asynchronous = program.asynchronous.socket;
  let said = 0;
  for (let turn = 0; turn < 8; turn += 1) {
    const [socket, frames, others] = random.chance(0.5)
      ? [synchronous, hislipSynchronous, hislipAsynchronous]
      : [asynchronous, hislipAsynchronous, hislipSynchronous];
    said += say(socket, random, random.chance(0.9) ? [frames] : [frames, others], 6);
  }
  await leave([synchronous, asynchronous], random);
  return said;
};

/** One link, and calls for it, for others and for none. */
export const spoiledVxi11: SpoiledClient = async (tcpPort, random) => {
  const caller = await RpcCaller.connect(tcpPort);
  const { linkId } = await Vxi11Program.on(caller);
  const said = say(caller.socket, random, [vxi11Calls(linkId)], 80);
  await leave([caller.socket], random);
  return said;
};

/** Telnet, and what goes to the line. */
export const spoiledRfc2217: SpoiledClient = async (tcpPort, random) => {
  const socket = await connected(tcpPort);
  const said = say(socket, random, [rfc2217Frames], 160);
  await leave([socket], random);
  return said;
};

async function connected(tcpPort: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: tcpPort });
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

/** Sends frames in pieces that end anywhere. @returns how many; none to one who has left */
function say(
  socket: Socket,
  random: RandomBytes,
  kinds: readonly Frames[],
  framesMost: number,
): number {
  if (!socket.writable) return 0;
  const many = 1 + random.below(framesMost);
  const stream = Buffer.concat(
    Array.from({ length: many }, () => spoiledFrame(random.one(kinds), random)),
  );
  const cutAt = random.below(stream.length + 1);
  socket.write(stream.subarray(0, cutAt));
  socket.write(stream.subarray(cutAt));
  return many;
}

/** By saying that nothing more comes, as a program that ends, or by a reset, as one that is killed. */
async function leave(sockets: readonly Socket[], random: RandomBytes): Promise<void> {
  const isReset = random.chance(0.3);
  const gone = sockets.map(async (socket) => {
    if (socket.destroyed) return;
    const closed = Promise.withResolvers<void>();
    socket.once('close', () => closed.resolve());
    if (isReset) setImmediate(() => socket.resetAndDestroy());
    else socket.end();
    await closed.promise;
  });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
    late.reject(new Error(`a door keeps a client that has left for ${goneLongestMs} ms`));
  }, goneLongestMs);
  try {
    await Promise.race([Promise.all(gone), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
