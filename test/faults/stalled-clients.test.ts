import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import type { Order, Received } from '../../bench/clients/fan-out-clients.ts';
import { HttpDoor } from '../../src/doors/index.ts';
import { clientBytesMost, Hub } from '../../src/telemetry/index.ts';
import { count } from '../support/count.ts';
import { recordProof } from '../support/proof.ts';

const clientsProgram = fileURLToPath(
  new URL('../../bench/clients/fan-out-clients.ts', import.meta.url),
);
const clients = count(1_000, 0.2);
const stalled = clients / 10;
/** Enough that the kernel can hold it for nobody. */
const textBytes = 20_000;
const everyMs = 20;
const patienceMs = 60_000;

/** Clients in a process of their own. */
class Clients implements AsyncDisposable {
  readonly #child: ChildProcess = fork(clientsProgram);

  async order(order: Order): Promise<unknown> {
    const answered = once(this.#child, 'message');
    this.#child.send(order);
    return ((await answered) as [unknown])[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

test('clients that read nothing cost 1 MiB each at most, are cut off in time, and cost others nothing', async () => {
  const hub = new Hub({ epoch: 'stalled' });
  const topic = hub.topic('bench', { kind: 'events', keep: 1 });
  await using door = new HttpDoor({
    port: 0,
    version: 'test',
    directory: { ports: new Map(), instruments: new Map(), doors: [], subsystems: () => [] },
    services: { hub },
    streamsMost: clients + 10,
  });
  await door.open();
  const port = Number(new URL(door.url).port);
  await using deaf = new Clients();
  await using healthy = new Clients();
  await deaf.order({ connect: stalled, port });
  await healthy.order({ connect: clients - stalled, port });
  expect(hub.clientCount).toBe(clients);
  await deaf.order({ stall: stalled });
  await healthy.order({ count: { isTimed: false } });

  const text = 'x'.repeat(textBytes);
  let published = 0;
  let mostBytes = 0;
  const beganMs = performance.now();
  const isOver = (): boolean =>
    hub.clientCount === clients - stalled || performance.now() - beganMs > patienceMs;
  while (!isOver()) {
    topic.publish({ event: 'x', text });
    published += 1;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    for (const { outbox } of hub.clients()) mostBytes = Math.max(mostBytes, outbox.waitingBytes);
  }
  const received = (await healthy.order({ await: published * (clients - stalled) })) as Received;

  expect(hub.clientCount).toBe(clients - stalled);
  expect(received.deliveries).toBe(published * (clients - stalled));
  expect(mostBytes).toBeLessThanOrEqual(clientBytesMost);
  recordProof({
    promise:
      'A client that reads nothing costs 1 MiB at most and is cut off; nobody else misses anything.',
    test: 'clients that read nothing cost 1 MiB each at most, are cut off in time, and cost others nothing',
    count: stalled,
    planted: 0,
    caught: 0,
  });
});
