// A proxy that does nothing but pass bytes on between TCP and a terminal: `node serial-proxy.ts PATH`.
// Says its own port.
import { constants, openSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { ReadStream } from 'node:tty';

const [, , path = ''] = process.argv;
const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
const terminal = new ReadStream(openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK));
const server = createServer({ noDelay: true }, (client) => {
  client.pipe(terminal);
  terminal.pipe(client);
  client.on('error', () => terminal.destroy());
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
