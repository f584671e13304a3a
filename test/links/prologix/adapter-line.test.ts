import { expect, it } from 'vitest';
import { SignalboxError } from '../../../src/kernel/index.ts';
import { turnsBeforeSilentMost } from '../../../src/links/index.ts';
import { AdapterLine } from '../../../src/links/prologix/adapter-line.ts';

const forever = [new AbortController().signal];
const what = 'a test';

it('who comes first is served first, but who was silent waits behind those that answer, for so long', async () => {
  const line = new AdapterLine();
  const served: string[] = [];
  const join = async (name: string, isSilent: boolean): Promise<void> =>
    await line.run({ isSilent, signals: forever, what }, async () => {
      served.push(name);
    });
  const hold = Promise.withResolvers<void>();
  const all = [line.run({ isSilent: false, signals: forever, what }, () => hold.promise)];
  all.push(join('silent', true), join('mute', true));
  const good = Array.from({ length: 2 * turnsBeforeSilentMost + 1 }, (_, at) => `good ${at}`);
  for (const name of good) all.push(join(name, false));
  hold.resolve();
  await Promise.all(all);
  expect(served).toEqual([
    ...good.slice(0, turnsBeforeSilentMost),
    'silent',
    ...good.slice(turnsBeforeSilentMost, 2 * turnsBeforeSilentMost),
    'mute',
    ...good.slice(2 * turnsBeforeSilentMost),
  ]);
});

it('who goes away waits no more, and a line that failed lets nobody in', async () => {
  const line = new AdapterLine();
  const hold = Promise.withResolvers<void>();
  const first = line.run({ isSilent: false, signals: forever, what }, () => hold.promise);
  const leaving = new AbortController();
  const run = async (): Promise<void> => {
    throw new Error('it has no turn');
  };
  const left = line.run({ isSilent: false, signals: [...forever, leaving.signal], what }, run);
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
  const waiting = line.run({ isSilent: true, signals: forever, what }, run);
  line.fail(new SignalboxError('LINK_USB', 'unplugged'));
  await expect(waiting).rejects.toMatchObject({ code: 'LINK_USB' });
  hold.resolve();
  await first;
  const later = line.run({ isSilent: false, signals: forever, what }, run);
  await expect(later).rejects.toMatchObject({ code: 'LINK_USB' });
});
