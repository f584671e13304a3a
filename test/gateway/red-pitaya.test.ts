import { expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { decodeVolts } from '../../src/instruments/index.ts';
import { GatewayProcess } from '../support/gateway-process.ts';

const laboratory = `
[simulators.board]
kind = "red-pitaya"
[ports.board]
simulator = "board"
protocol = "lines"
terminator = "\\r\\n"
[instruments.pitaya]
port = "board"
driver = "red-pitaya"
socket = 0
`;

it('a Red Pitaya of the configuration is set, read and asked for traces', async () => {
  await using gateway = await GatewayProcess.start(laboratory);
  const client = new SignalboxClient({ url: gateway.url, program: 'test' });
  expect((await client.identify('pitaya')).maker).toBe('REDPITAYA');
  await client.write('pitaya', 'out1Waveform', 'SQUARE');
  await client.run('pitaya', 'generate', { output: 1, frequency: 20_000, amplitude: 0.25 });
  expect((await client.read('pitaya', 'out1Waveform')).value).toBe('SINE');
  const result = await client.run('pitaya', 'acquire', { decimation: 8 });
  const volts = decodeVolts(result);
  expect(volts).toHaveLength(16_384);
  expect(Math.max(...volts)).toBeCloseTo(0.25, 2);
});
