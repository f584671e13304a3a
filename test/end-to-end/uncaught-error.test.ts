import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { SignalboxClient } from '../../src/client/index.ts';
import { startSimulator } from '../../src/simulators/index.ts';
import { GatewayProcess } from '../support/gateway-process.ts';

const preload = new URL('fail-on-signal.ts', import.meta.url);

it.each([
  {
    what: 'an error that nobody caught',
    signal: 'SIGUSR2',
    logged: 'uncaught: Error: planted: thrown',
  },
  {
    what: 'a rejection that nobody caught',
    signal: 'SIGURG',
    logged: 'uncaught: Error: planted: rejected',
  },
] as const)(
  '$what is logged, ends the leases, and ends the gateway with another code than 0',
  async ({ signal, logged }) => {
    await using simulator = await startSimulator({ kind: 'multimeter', tcpPort: 0 });
    await using gateway = await GatewayProcess.start(
      `[ports.meter]\ntcp = "${simulator.address}"\nprotocol = "lines"\n`,
      { preload },
    );
    const client = new SignalboxClient({ url: gateway.url });
    using connection = await client.connect();
    const lease = await connection.lease({ port: 'meter' });
    const lost = Promise.withResolvers<void>();
    lease.lost.addEventListener('abort', () => lost.resolve(), { once: true });

    process.kill(gateway.pid, signal);

    await lost.promise;
    expect(await gateway.ended()).toBe(exitCodes.signalbox);
    const log = await readFile(join(gateway.folder, 'signalbox/signalbox/signalbox.log'), 'utf8');
    expect(log).toContain(logged);
    expect(log).toContain('no longer holds port meter: closed');
  },
);
