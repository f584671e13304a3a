// An instrument on a socket of its own: answers `BLOCK? N` with a block of N bytes, anything else that
// asks with one line. Says its port.
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

const piece = Buffer.alloc(65_536, 0x55);

async function answer(socket: Socket, line: string): Promise<void> {
  const [, digits] = /^BLOCK\? (\d+)$/.exec(line) ?? [];
  if (digits === undefined) {
    if (line.includes('?')) socket.write('1.0\n');
    return;
  }
  socket.write(`#${digits.length}${digits}`);
  for (let left = Number(digits); left > 0; left -= piece.length) {
    if (!socket.write(piece.subarray(0, Math.min(left, piece.length)))) await once(socket, 'drain');
  }
  socket.write('\n');
}

const server = createServer({ noDelay: true }, (socket) => {
  let text = '';
  let answering = Promise.resolve();
  socket.on('error', () => socket.destroy());
  socket.on('data', (data: Buffer) => {
    const lines = (text + data.toString('latin1')).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      answering = answering.then(async () => await answer(socket, line)).catch(() => {});
    }
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
