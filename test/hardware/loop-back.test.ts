import { expect, it } from 'vitest';
import { Instrument, RedPitayaDriver, RedPitayaManager } from '../../src/instruments/index.ts';
import { tcpLinkFactory } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import { openSimulator } from '../../src/simulators/index.ts';
import { runNode } from '../support/run-node.ts';
import { checkLoopBack, computed, throughPyrpl, throughScpi } from './loop-back.ts';
import type { LoopedBoard } from './loop-back.ts';

it('a computed board behind the PyRPL worker gives back what it is sent', async () => {
  await using manager = new RedPitayaManager({ python: '/usr/bin/python3' });
  await manager.start({ isMock: true });
  expect(await checkLoopBack(throughPyrpl(manager), computed)).toHaveLength(3);
});

it('a simulated board behind its SCPI server gives back what it is sent', async () => {
  await using simulator = await openSimulator({ kind: 'red-pitaya', tcpPort: 0 });
  const link = tcpLinkFactory({ host: '127.0.0.1', port: Number(simulator.address.split(':')[1]) });
  await using port = new Port({ name: 'pitaya', link });
  port.open();
  const driver = new RedPitayaDriver();
  const instrument = new Instrument({ name: 'pitaya', driver, port });
  expect(await checkLoopBack(throughScpi(instrument), computed)).toHaveLength(3);
});

/** What a board without faults gives. */
function perfect(
  change: (sine: { frequency: number; amplitude: number; offset: number; at: number }) => void,
): LoopedBoard {
  let sent = { frequency: 0, amplitude: 0, offset: 0 };
  return {
    generate: async (sine) => void (sent = sine),
    acquire: async (decimation) => {
      const sine = { ...sent, at: 8_192 };
      change(sine);
      const { frequency, amplitude, offset, at } = sine;
      const start = Math.asin(-sent.offset / sent.amplitude);
      const turn = 2 * Math.PI * frequency * 8e-9 * decimation;
      return Float32Array.from(
        { length: 16_384 },
        (_, index) => offset + amplitude * Math.sin(start + turn * (index - at)),
      );
    },
  };
}

it.each<[string, Parameters<typeof perfect>[0]]>([
  ['frequency', (sine) => void (sine.frequency *= 1.02)],
  ['amplitude', (sine) => void (sine.amplitude *= 1.02)],
  ['offset', (sine) => void (sine.offset += 0.02)],
  ['trigger', (sine) => void (sine.at += 500)],
])('a wrong %s is found', async (what, change) => {
  await expect(
    checkLoopBack(
      perfect(() => {}),
      computed,
    ),
  ).resolves.toHaveLength(3);
  await expect(checkLoopBack(perfect(change), computed)).rejects.toThrow(`the ${what} is`);
});

it('without a board the test on hardware says so, and is no failure', async () => {
  const { code, output } = await runNode('scripts/test-hardware.ts', { SIGNALBOX_RED_PITAYA: '' });
  expect(output).toContain('SIGNALBOX_RED_PITAYA');
  expect(code).toBe(0);
});
