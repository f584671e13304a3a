import { expect, it } from 'vitest';
import { describeOwner } from '../../src/kernel/index.ts';
import type { Owner } from '../../src/kernel/index.ts';

const plain: Owner = { id: '1', program: 'poller.py', door: 'virtual-port', sinceMs: 0 };

it.each<[Partial<Owner>, string]>([
  [{}, 'poller.py by virtual-port'],
  [{ pid: 4711, user: 'ada' }, 'poller.py (pid 4711, user ada) by virtual-port'],
  [{ host: '192.0.2.7', door: 'http' }, 'poller.py (host 192.0.2.7) by http'],
])('an owner is told in a few words, with what is known of it: %o', (facts, words) => {
  expect(describeOwner({ ...plain, ...facts })).toBe(words);
});
