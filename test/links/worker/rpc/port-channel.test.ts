import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { PortChannel } from '../../../../src/links/worker/rpc/port-channel.ts';

it('lets nothing that the code of a thread posts itself pass for a message, or for credit to come', async () => {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const heard: unknown[] = [];
  const channel = new PortChannel(port1);
  channel.open({ onEvents: (events) => heard.push(...events), onEnd: () => {} });
  const own = [null, undefined, {}, [], [1], ['{"method":"x"}\n', 1], Number.NaN, -1e9, 1e9];
  for (const value of [...own, '{"method":"last"}\n']) port2.postMessage(value);
  await expect.poll(() => heard).toEqual([expect.objectContaining({ method: 'last' })]);
  const params = new Uint8Array(40_000_000);
  channel.post({ kind: 'notification', method: 'x', params });
  expect(() => channel.post({ kind: 'notification', method: 'x', params })).toThrow(
    expect.objectContaining({ code: 'WORKER_BUSY' }),
  );
  const taken = once(port1, 'message');
  new PortChannel(port2).open({ onEvents: () => {}, onEnd: () => {} });
  await taken;
  channel.post({ kind: 'notification', method: 'x', params });
});
