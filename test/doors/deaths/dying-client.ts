import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { encodeHislipData } from '../../../src/protocols/index.ts';
import { HislipProgram } from '../hislip/hislip-program.ts';
import { RpcCaller, Vxi11Program } from '../vxi11/vxi11-program.ts';

export type DoorKind = 'hislip' | 'vxi11' | 'socket' | 'rfc2217';

/**
 * What a client is doing when it dies: it has the lock; has sent half a message, or half of one too
 * long to be held; has asked and not been answered; or reads no more of a long response.
 */
export type Deed = 'lock' | 'half' | 'long' | 'query' | 'block';

/** More than is held of a message before it is passed on. */
const longText = `LOAD #0${'x'.repeat(2_000_000)}`;
const questions = { query: 'HOLD?\n', block: 'CURV?\n' };

/** Where a door is. */
export interface Place {
  readonly door: DoorKind;
  readonly host: string;
  readonly tcpPort: number;
}

/** Enters by a door and does it. @returns its connections */
export async function begin({ door, host, tcpPort }: Place, deed: Deed): Promise<Socket[]> {
  switch (door) {
    case 'hislip':
      return await beginHislip(tcpPort, deed);
    case 'vxi11':
      return await beginVxi11(await RpcCaller.connect(tcpPort, host), deed);
    case 'socket':
    case 'rfc2217':
      return await beginBytes(tcpPort, deed);
  }
}

async function beginHislip(tcpPort: number, deed: Deed): Promise<Socket[]> {
  const program = await HislipProgram.connect(tcpPort);
  const { socket } = program.synchronous;
  if (deed === 'lock') await program.lock({ kind: 'exclusive', waitMs: 0 });
  else if (deed === 'query' || deed === 'block') program.write(questions[deed]);
  else {
    const text = Buffer.from(deed === 'long' ? longText : 'HALF');
    const head = { isEnd: false, messageId: 0xff_ff_ff_00, rmtDelivered: false };
    socket.write(encodeHislipData({ ...head, payloadBytes: text.length }));
    socket.write(text);
  }
  if (deed === 'block') await stopReading(socket);
  return [socket, program.asynchronous.socket];
}

async function beginVxi11(core: RpcCaller, deed: Deed): Promise<Socket[]> {
  const program = await Vxi11Program.on(core);
  if (deed === 'lock') await program.lock();
  else if (deed === 'half') await program.write('HALF', { isEnd: false });
  else if (deed === 'long') {
    for (let at = 0; at < longText.length; at += 500_000) {
      await program.write(longText.slice(at, at + 500_000), { isEnd: false });
    }
  } else {
    await program.write(questions[deed]);
    if (deed === 'block') await program.read({ requestBytes: 1_000 });
    // It dies while the server works for it.
    else void program.read({ ioTimeoutMs: 600_000 }).catch(() => {});
  }
  return [core.socket];
}

async function beginBytes(tcpPort: number, deed: Deed): Promise<Socket[]> {
  const socket = connect({ port: tcpPort, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.on('error', () => {});
  if (deed === 'query' || deed === 'block') socket.write(questions[deed]);
  else socket.write(deed === 'long' ? longText : 'HALF');
  if (deed === 'block') await stopReading(socket);
  return [socket];
}

async function stopReading(socket: Socket): Promise<void> {
  await once(socket, 'data');
  socket.pause();
}
