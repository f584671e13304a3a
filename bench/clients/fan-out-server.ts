// Passes what comes by one connection on to all clients: `hub` by a door of Signalbox, `ws` by a plain
// broadcast of `ws`. Prints the port for clients and the one for what is to be passed on.
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';

import { WebSocketServer } from 'ws';
import { HttpDoor } from '../../src/doors/index.ts';
import { Hub } from '../../src/telemetry/index.ts';

type Publish = (line: string) => void;

const clientsMost = 12_000;
/** A line that stands for so much on a topic of its own: what fills the connections of its clients. */
const fill = '!';
const fillerBytes = 400_000;

/** As the door that others use: `/api/v1/live`. */
async function hub(): Promise<{ readonly port: number; readonly publish: Publish }> {
  const all = new Hub({ epoch: 'bench' });
  const topic = all.topic('bench', { kind: 'events', keep: 1 });
  const filler = all.topic('filler', { kind: 'values' });
  const door = new HttpDoor({
    port: 0,
    version: 'bench',
    directory: { ports: new Map(), instruments: new Map(), doors: [], subsystems: () => [] },
    services: { hub: all },
    streamsMost: clientsMost,
  });
  await door.open();
  process.on('message', () => {
    const behind = [...all.clients()].filter(({ outbox }) => !outbox.isClear);
    process.send?.({ behind: behind.length, connected: all.clientCount });
  });
  return {
    port: Number(new URL(door.url).port),
    publish: (line) => {
      if (line === fill) filler.publish({ text: 'x'.repeat(fillerBytes) });
      else topic.publish(JSON.parse(line) as object);
    },
  };
}

/** The same messages; one text for all clients, and one `send` each. */
async function plain(): Promise<{ readonly port: number; readonly publish: Publish }> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate: false,
    backlog: 511,
  });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    // As the other side: it says what it wants, and hears that it gets it.
    socket.on('message', () => socket.send('{"id":1,"result":{}}'));
  });
  let sequence = 0;
  return {
    port: (server.address() as AddressInfo).port,
    publish: (line) => {
      const data = JSON.parse(line) as object;
      sequence += 1;
      const text = JSON.stringify({ type: 'update', topic: 'bench', sequence, data });
      for (const client of server.clients) client.send(text);
    },
  };
}

/** Lines of JSON from whoever connects. */
async function feed(publish: Publish): Promise<Server> {
  const server = createServer((socket) => {
    let rest = '';
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      const lines = (rest + data.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) publish(line);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const { port, publish } = await (process.argv[2] === 'hub' ? hub() : plain());
const source = await feed(publish);
process.send?.({ port, feedPort: (source.address() as AddressInfo).port });
