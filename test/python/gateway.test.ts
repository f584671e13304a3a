import { expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';
import { pythonLaboratory } from './laboratory.ts';
import { runUnittest } from './run-unittest.ts';

const longestMs = 180_000;

it(
  'Python programs read, write, hold and watch instruments, several at once',
  async () => {
    await using gateway = await GatewayProcess.start(pythonLaboratory);
    const environment = { SIGNALBOX_URL: gateway.url };
    expect(await runUnittest('gateway_client', environment)).toBeGreaterThan(10);
  },
  longestMs,
);
