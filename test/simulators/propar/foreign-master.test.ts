import { describe, expect, it } from 'vitest';

import { startSimulator } from '../../../src/simulators/index.ts';
import { askWithPython, Folder, pacedBus, quickBus } from '../support.ts';

const nodes = [{ address: 3, capacity: 1, unit: 'ln/min' }, { address: 5 }, { address: 9 }];

/** One chained read: own address, identification, next address. */
const neighbours = '0400810001E0006000030003';

describe('a master of another make, on python3-serial', () => {
  it('sets and reads a setpoint in both framings on a real terminal', async () => {
    using folder = new Folder();
    await using bus = await startSimulator({ kind: 'propar', path: folder.file('bus'), nodes });
    const answers = await askWithPython(bus.address, [
      'binary 3 0101213E80',
      'binary 3 0401210121',
      'ascii 3 0401210121',
      'ascii 3 0401210120',
      'binary 3 0421432143',
      'ascii 128 0401210121',
    ]);
    expect(answers.slice(0, 3)).toEqual(['3 000005', '3 0201213E80', '3 0201213E80']);
    // The return index is copied: measure comes back as it was asked for.
    expect(answers[3]).toMatch(/^3 020121[0-9A-F]{4}$/);
    expect(answers.slice(4)).toEqual(['3 0221433F000000', '128 0201213E80']);
  });

  it('doubles each 10h of a value on the wire, both ways', async () => {
    await using bus = await quickBus({ nodes });
    const answers = await askWithPython(bus.address, [
      'binary 3 0101211010',
      'binary 3 0401210121',
    ]);
    expect(answers).toEqual(['3 000005', '3 0201211010']);
  });

  it('goes around the discovery ring from node 128 on', async () => {
    await using bus = await quickBus({ nodes });
    const found: number[] = [];
    let node = 128;
    while (node > 0) {
      const [answer = ''] = await askWithPython(bus.address, [`binary ${node} ${neighbours}`]);
      const [, own = '', next = ''] = /^\d+ 020081(..)E00037.*0003(..)$/.exec(answer) ?? [];
      found.push(Number.parseInt(own, 16));
      node = Number.parseInt(next, 16);
    }
    expect(found).toEqual([3, 5, 9]);
  });

  it('gets nothing from an address that nobody has, or an error frame where the host makes one', async () => {
    await using silent = await quickBus({ nodes });
    await using telling = await pacedBus({ nodes, absentNodes: 'error-frame' });
    const absent = ['binary 4 0401210121', 'ascii 4 0401210121'];
    const there = ['binary 3 0401210121'];
    expect(await askWithPython(silent.address, absent, 0.1)).toEqual(['nothing', 'nothing']);
    expect(await askWithPython(silent.address, there)).toEqual(['3 0201210000']);
    expect(await askWithPython(telling.address, [...absent, ...there])).toEqual([
      'error 9',
      'error 9',
      '3 0201210000',
    ]);
  });
});
