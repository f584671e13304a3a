import { describe, it } from 'vitest';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { DeathBench } from './death-bench.ts';
import type { Deed, DoorKind } from './dying-client.ts';

const deeds: Readonly<Record<DoorKind, readonly Deed[]>> = {
  hislip: ['lock', 'half', 'long', 'query', 'block'],
  vxi11: ['lock', 'half', 'long', 'query', 'block'],
  socket: ['half', 'long', 'query', 'block'],
  rfc2217: ['half', 'long', 'query', 'block'],
};
const doors: readonly DoorKind[] = ['hislip', 'vxi11', 'socket', 'rfc2217'];
const all = doors.flatMap((door) => deeds[door].map((deed) => [door, deed] as const));

describe('a client that dies leaves nothing behind, and whoever waits is next', () => {
  it.each(all)('at door %s, in the deed %s, killed', async (door, deed) => {
    await using bench = await DeathBench.open();
    await bench.survives(door, deed, async () => await bench.startNode(door, deed));
  });

  it.each(all)('at door %s, in the deed %s, with its connections reset', async (door, deed) => {
    await using bench = await DeathBench.open();
    await bench.survives(door, deed, async () => await bench.beginHere(door, deed));
  });

  const ofPython = all.filter(([door, deed]) => door !== 'hislip' && deed !== 'long');
  it.each(ofPython)(
    'at door %s, in the deed %s, a killed program of PyVISA or pyserial',
    async (door, deed) => {
      await using bench = await DeathBench.open();
      await bench.survives(door, deed, async () => await bench.startPython(door, deed));
    },
  );

  it('however many die, one after the other, in whatever deed', async () => {
    await using bench = await DeathBench.open();
    const random = randomFrom();
    for (let round = 0; round < count(200); round += 1) {
      const [door, deed] = all[Math.floor(random() * all.length)] ?? (['hislip', 'lock'] as const);
      await bench.survives(door, deed, async () => await bench.beginHere(door, deed));
    }
  });
});
