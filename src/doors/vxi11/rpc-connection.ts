import type { Socket } from 'node:net';
import { answerRpc, encodeRecord, RpcRecordReader } from '../../protocols/index.ts';
import type { RpcService } from '../../protocols/index.ts';

/** So many calls of one connection are carried out at a time; then it is made to wait. */
export const callsUnderWayMost = 32;

/** Answers the calls of one connection, each when it is done. RFC 5531. */
export function serveRpc(socket: Socket, services: readonly RpcService[]): void {
  const reader = new RpcRecordReader();
  let underWay = 0;
  const answer = async (message: Uint8Array): Promise<void> => {
    underWay += 1;
    if (underWay >= callsUnderWayMost) socket.pause();
    const reply = await answerRpc(services, message);
    if (reply !== undefined && socket.writable) socket.write(encodeRecord(reply));
    underWay -= 1;
    if (!socket.destroyed) socket.resume();
  };
  socket.on('data', (chunk: Uint8Array) => {
    for (const event of reader.push(chunk)) {
      if (event.kind === 'record') void answer(event.message);
      // Nobody knows which call it was, so nobody can be told.
      else socket.destroy();
    }
  });
  // `close` follows.
  socket.on('error', () => socket.destroy());
}
