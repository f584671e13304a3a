import { expect, it } from 'vitest';
import { ManualClock, SignalboxError } from '../../src/kernel/index.ts';
import type { Link } from '../../src/links/index.ts';
import { Wire } from '../../src/ports/wire.ts';

/** A link that carries no bytes. */
const silent: Link = {
  address: 'memory:',
  kind: 'message',
  open: async () => {},
  write: async () => {},
  read: async () => await new Promise<never>(() => {}),
  close: async () => {},
};

it('an operation that never ends is over with its wire, and is told why', async () => {
  const wire = new Wire(silent, new ManualClock(), {
    traffic: { sentBytes: 0, receivedBytes: 0 },
    broken: () => {},
    quarantined: () => {},
    serviceRequested: () => {},
  });
  let given: AbortSignal | undefined;
  const attempt = {
    request: new Uint8Array(),
    operate: async (_link: unknown, signal: AbortSignal) => {
      given = signal;
      return await new Promise<never>(() => {});
    },
  };
  const exchange = wire.exchange(attempt, { label: 'calibrate', timeoutMs: 60_000 });
  const reason = new SignalboxError('CLOSED', 'port bus was closed');
  await wire.close(reason);
  await expect(exchange).rejects.toBe(reason);
  expect(given?.reason).toBe(reason);
});
