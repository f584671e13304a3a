import { expect, it } from 'vitest';
import { SignalboxClient } from '../../src/client/index.ts';
import { decodeVolts } from '../../src/instruments/index.ts';
import { python, pythonFolder } from '../python/run-unittest.ts';
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

[workers.pyrpl]
command = ["${python}", "-m", "signalbox.red_pitaya", "--mock"]
environment = { PYTHONPATH = "${pythonFolder}", PYTHONDONTWRITEBYTECODE = "1" }
[ports.scope]
worker = "pyrpl"
protocol = "calls"
[ports.generator]
worker = "pyrpl"
protocol = "calls"
[instruments.scope]
port = "scope"
driver = "worker"
[instruments.generator]
port = "generator"
driver = "worker"
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

it('scope and generator of a worker are instruments of their own, for several programs at once', async () => {
  await using gateway = await GatewayProcess.start(laboratory);
  const [scope, generator] = ['scope.py', 'generator.py'].map(
    (program) => new SignalboxClient({ url: gateway.url, program }),
  );
  const sine = {
    channel: 'asg0',
    waveform: 'sin',
    frequency: 1_000,
    offset: 0,
    output_direct: 'out1',
  };
  for (const amplitude of [0.2, 0.4]) {
    await generator?.call('generator', 'asg_setup', { ...sine, amplitude });
    const trace = await scope?.call('scope', 'scope_acquire', { decimation: 64 });
    const { voltage } = trace as { readonly voltage: Iterable<number> };
    expect(Math.max(...voltage)).toBeCloseTo(amplitude, 2);
  }
  // A scope that waits for a trigger keeps no generator waiting.
  const waiting = scope?.call('scope', 'scope_acquire', {
    trigger_source: 'ext_positive_edge',
    timeout: 2,
  });
  const refused = expect(waiting).rejects.toThrow(/nothing triggered the scope/);
  for (let time = 1; time <= 10; time += 1) {
    await generator?.call('generator', 'asg_setup', { channel: 1, frequency: time });
  }
  await refused;
});
