// A proxy that does nothing but pass bytes on: `node tcp-proxy.ts HOST PORT`. Says its own port.
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

const [, , host = '', port = ''] = process.argv;
const server = createServer({ noDelay: true }, (client) => {
  const instrument = connect({ host, port: Number(port), noDelay: true });
  client.pipe(instrument);
  instrument.pipe(client);
  client.on('error', () => instrument.destroy());
  instrument.on('error', () => client.destroy());
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
