import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ProparInstrument, ProparManager } from '../../../src/instruments/index.ts';
import { ProparBench } from '../propar-bench.ts';

let bench: ProparBench;

beforeEach(async () => {
  bench = await ProparBench.open([{ address: 3, capacity: 500 }, { address: 5 }]);
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('a manager', () => {
  test('gives the same instrument for the same port, address and channel', async () => {
    await bench.port.close();
    await using manager = new ProparManager();
    const path = bench.simulator.address;
    const instrument = manager.getSharedInstrument(path, 3);
    expect(manager.getSharedInstrument(path, 3, 1)).toBe(instrument);
    expect(manager.get_shared_instrument(path, 5).master).toBe(instrument.master);
    expect(manager.getSharedInstrument(path, 3, 2)).not.toBe(instrument);
    expect(() => manager.getSharedInstrument(path, 0)).toThrow(/node is 0/);
    expect(await instrument.readParameter(92)).toBe('SIM003');
  });

  test('counts what was done on each port, and says it to people', async () => {
    const manager = new ProparManager();
    manager.share('COM1', bench);
    const three = manager.getSharedInstrument('COM1', 3);
    const five = manager.getSharedInstrument('COM1', 5);
    await Promise.all([three.readParameter(9), five.readParameter(9), three.readParameter(205)]);
    await three.readParameter(149);
    const { COM1: figures } = manager.getUsbStatistics();
    expect(figures).toMatchObject({
      total_operations: 4,
      successful_operations: 3,
      failed_operations: 1,
    });
    expect(figures?.concurrent_attempts_blocked).toBeGreaterThan(0);
    expect(figures?.longest_operation_ms).toBeGreaterThan(0);
    let text = '';
    manager.print_usb_statistics((printed) => (text += printed));
    expect(text.split('\n').slice(0, 7)).toEqual([
      'SERIAL PORT STATISTICS',
      '='.repeat(50),
      '',
      'Port: COM1',
      '   Total operations: 4',
      '   Successful: 3',
      '   Failed: 1',
    ]);
    expect(text).toMatch(/Longest operation: \d+\.\dms/);
    expect(text).toMatch(/Last operation: \d+\.\ds ago/);
    expect(text).toContain('Success rate: 75.0%');
  });

  test('many callers at once get each their own value', async () => {
    const manager = new ProparManager();
    manager.share('bus', bench);
    const read = async (node: number): Promise<unknown> =>
      await manager.getSharedInstrument('bus', node).readParameter(92);
    const nodes = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? 3 : 5));
    expect(await Promise.all(nodes.map(async (node) => read(node)))).toEqual(
      nodes.map((node) => `SIM00${node}`),
    );
  });

  test('shares a line with instruments of the same path, and lets go of it last', async () => {
    await bench.port.close();
    const path = bench.simulator.address;
    const manager = new ProparManager();
    const shared = manager.getSharedInstrument(path, 3);
    await using own = new ProparInstrument(path, 5);
    expect(own.master).toBe(shared.master);
    await manager.close();
    expect(await own.readParameter(92)).toBe('SIM005');
    expect(manager.getUsbStatistics()).toEqual({});
  });

  test('tells nothing of a port on which nothing was done, and that nothing was', () => {
    const manager = new ProparManager();
    manager.share('COM1', bench);
    expect(manager.get_usb_statistics()).toEqual({
      COM1: {
        total_operations: 0,
        successful_operations: 0,
        failed_operations: 0,
        concurrent_attempts_blocked: 0,
        longest_operation_ms: 0,
        last_operation_time: 0,
      },
    });
    let text = '';
    manager.printUsbStatistics((printed) => (text += printed));
    expect(text).toContain('Last operation: none');
    expect(text).toContain('Success rate: none');
    expect(() => manager.share('COM1', bench)).toThrow('port COM1 is in use already');
  });
});
