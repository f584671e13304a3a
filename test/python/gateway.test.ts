import { expect, it } from 'vitest';
import { GatewayProcess } from '../support/gateway-process.ts';
import { pythonLaboratory } from './laboratory.ts';
import { runUnittest } from './run-unittest.ts';

const longestMs = 180_000;

it(
  'Python programs read, write, hold and watch instruments, several at once',
  async () => {
    await using gateway = await GatewayProcess.start(pythonLaboratory);
    expect(await runUnittest('gateway_client', { SIGNALBOX_URL: gateway.url })).toBeGreaterThan(10);
  },
  longestMs,
);

it(
  "programs written for the maker's ProPar library run with one import line changed",
  async () => {
    await using gateway = await GatewayProcess.start(pythonLaboratory);
    expect(await runUnittest('gateway_propar', { SIGNALBOX_URL: gateway.url })).toBeGreaterThan(10);
  },
  longestMs,
);

it(
  'PyVISA finds the ways in to an instrument by its name',
  async () => {
    await using gateway = await GatewayProcess.start(pythonLaboratory);
    expect(await runUnittest('gateway_visa', { SIGNALBOX_URL: gateway.url })).toBe(3);
  },
  longestMs,
);
