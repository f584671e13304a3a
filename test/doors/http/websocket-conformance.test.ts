import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { recordProof } from '../../support/proof.ts';
import { frame, FrameClient, opcodes } from './frame-client.ts';
import type { Received } from './frame-client.ts';
import { openDoor } from './open-door.ts';
import type { OpenDoor } from './open-door.ts';
import { webSocketCases } from './websocket-cases.ts';
import type { WebSocketCase } from './websocket-cases.ts';

const patience = { timeout: 20_000 };
const last = 'the last';

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(async () => await door[Symbol.asyncDispose]());

/** What comes back when all is sent; of a connection that goes on, up to the answer to a last ping. */
async function answered({ sends, piece, code }: WebSocketCase): Promise<Received> {
  await using client = await FrameClient.open(door.url);
  for (const bytes of sends) {
    const step = piece ?? bytes.length;
    for (let at = 0; at < bytes.length; at += step) {
      client.socket.write(bytes.subarray(at, at + step));
      if (piece !== undefined) await new Promise(setImmediate);
    }
  }
  if (code === undefined) {
    client.socket.write(frame({ opcode: opcodes.ping, payload: last }));
    await expect.poll(() => client.received.pongs, patience).toContain(last);
  } else {
    await expect.poll(() => client.received.code, patience).toBeDefined();
    client.socket.end();
    await client.ended;
  }
  const { pongs, ...rest } = client.received;
  return { ...rest, pongs: pongs.filter((each) => each !== last) };
}

for (const [section, cases] of Object.entries(webSocketCases)) {
  describe(section, () => {
    test.for(cases.map((each) => [each.what, each] as const))('%s', async ([, each]) => {
      const { texts, pongs, code, wrong } = await answered(each);
      expect(wrong).toBeUndefined();
      expect(code).toBe(each.code);
      // An answer takes a moment; what closes the connection may come before it.
      if (code === undefined) expect(texts).toHaveLength(each.answers ?? 0);
      else expect(texts.length).toBeLessThanOrEqual(each.answers ?? 0);
      expect(pongs).toEqual(each.pongs ?? []);
    });
  });
}

test('all of that leaves nothing behind', async () => {
  await expect.poll(() => door.hub.clientCount).toBe(0);
  await expect.poll(() => door.door.status().clients).toEqual([]);
  const all = Object.values(webSocketCases).flat().length;
  expect(all).toBeGreaterThan(200);
  recordProof({
    promise:
      'No malformed frame gets past the WebSocket, and each is answered with its close code.',
    test: 'WebSocket conformance',
    count: all,
    planted: 0,
    caught: 0,
  });
});
