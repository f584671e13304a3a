import type { Socket } from 'node:net';
import { answerRpc, encodeRecord, RpcRecordReader } from '../../protocols/index.ts';
import type { RpcService } from '../../protocols/index.ts';

/** So many calls of one connection are carried out at a time; further ones wait. */
export const callsUnderWayMost = 32;

/**
 * When so many bytes of calls wait, nothing more is read. Up to there the end of a connection is noticed
 * however long the calls under way may take.
 */
const waitingCallBytesMost = 65_536;
/** An empty call takes room, too. */
const callRoomBytes = 64;

/**
 * When a client leaves so many bytes of answers unread, no further call of its connection is begun until
 * it has read them. So it holds at most these and the answers of the calls that are under way.
 */
export const unreadAnswerBytesMost = 1_048_576;

/** Answers the calls of one connection, each when it is done. RFC 5531. */
export function serveRpc(socket: Socket, services: readonly RpcService[]): void {
  const reader = new RpcRecordReader();
  /** What came and is not begun. */
  const waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let underWay = 0;
  const isFull = (): boolean =>
    underWay >= callsUnderWayMost || socket.writableLength >= unreadAnswerBytesMost;
  const advance = (): void => {
    while (!isFull()) {
      const message = waiting.shift();
      if (message === undefined) break;
      waitingBytes -= message.length + callRoomBytes;
      void answer(message);
    }
    if (socket.destroyed) return;
    const isUnread = socket.writableLength >= unreadAnswerBytesMost;
    if (isUnread || waitingBytes >= waitingCallBytesMost) socket.pause();
    else socket.resume();
  };
  const answer = async (message: Uint8Array): Promise<void> => {
    underWay += 1;
    const reply = await answerRpc(services, message);
    underWay -= 1;
    if (reply !== undefined && socket.writable) socket.write(encodeRecord(reply));
    advance();
  };
  socket.on('data', (chunk: Uint8Array) => {
    for (const event of reader.push(chunk)) {
      if (event.kind === 'record') {
        waiting.push(event.message);
        waitingBytes += event.message.length + callRoomBytes;
      }
      // Nobody knows which call it was, so nobody can be told.
      else socket.destroy();
    }
    advance();
  });
  socket.on('drain', advance);
  // `close` follows.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => void (waiting.length = 0));
}
