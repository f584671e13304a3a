import { expect } from 'vitest';
import { vxi11Errors } from '../../../src/protocols/index.ts';
import type { Deed } from './deeds-of-messages.ts';

/** Who has the lock works alone, and the others are told so. */
const oneLocks: Deed = async (scene) => {
  const [holder, other] = scene.some();
  expect(await holder.lock(0)).toBe('done');
  expect(await holder.lock(0), 'a second lock').not.toBe('done');
  expect(await other.lock(0)).toBe('refused');
  expect(await other.unlock(), 'another’s lock').toBe('wrong');
  if (other.kind === 'vxi11') {
    const { error } = await other.program.write(scene.question());
    expect(error, 'a write without patience').toBe(vxi11Errors.lockedByAnotherLink);
  } else {
    other.program.asynchronous.say({ type: 'AsyncLockInfo' });
    const { isExclusive, holders } =
      await other.program.asynchronous.message('AsyncLockInfoResponse');
    expect({ isExclusive, holders }).toEqual({ isExclusive: true, holders: 1 });
  }
  await scene.ask(holder);
  expect(await holder.unlock()).toBe('done');
  await scene.ask(other);
};

/** What another one asks meanwhile is asked afterwards. */
const oneWaitsWithItsQuestion: Deed = async (scene) => {
  const [holder, other] = scene.some();
  expect(await holder.lock(0)).toBe('done');
  const question = scene.question();
  const written = scene.later(other.write(question));
  await scene.until('a wait', () => scene.doors.port.status().queue.length > 0);
  await scene.ask(holder);
  expect(scene.doors.written).not.toContain(`write ${question}`);
  expect(await holder.unlock()).toBe('done');
  await written;
  expect(await other.read()).toBe(`re ${question}`);
};

/** Who waits for the lock has it when its holder releases it, or dies. */
const oneWaitsForTheLock: Deed = async (scene) => {
  const [holder, other, third] = scene.some();
  expect(await holder.lock(0)).toBe('done');
  const granted = scene.later(other.lock(60_000));
  await scene.until('a wait', () => scene.doors.port.status().queue.length > 0);
  const [dies] = scene.some();
  if (dies === holder) await scene.kill(holder);
  else expect(await holder.unlock()).toBe('done');
  expect(await granted).toBe('done');
  expect(await third.lock(0)).toBe('refused');
  expect(await other.unlock()).toBe('done');
};

/** Who dies in line does nothing any more. */
const oneDiesInLine: Deed = async (scene) => {
  const [holder, other] = scene.some();
  expect(await holder.lock(0)).toBe('done');
  const question = scene.question();
  void scene.later(other.write(question));
  await scene.until('a wait', () => scene.doors.port.status().queue.length > 0);
  await scene.kill(other);
  expect(await holder.unlock()).toBe('done');
  await scene.ask(holder);
  expect(scene.doors.written, 'what a dead client asked').not.toContain(`write ${question}`);
};

/** Who clears in line takes its question back, and its wish for the lock. */
const oneClearsInLine: Deed = async (scene) => {
  const [other] = scene.hislip();
  const [holder] = scene.vxi11();
  expect(await holder.lock(0)).toBe('done');
  const question = scene.question();
  await other.write(question);
  await scene.until('a wait', () => scene.doors.port.status().queue.length > 0);
  other.program.asynchronous.say({
    type: 'AsyncLock',
    request: { kind: 'exclusive', waitMs: 60_000 },
  });
  await scene.until('a wish', () => scene.doors.port.status().queue.length > 1);
  await other.clear();
  const { code } = await other.program.asynchronous.message('AsyncLockResponse');
  expect(code, 'the wish for a lock').toBe(0);
  expect(await holder.unlock()).toBe('done');
  await scene.ask(other);
  expect(scene.doors.written, 'what was cleared').not.toContain(`write ${question}`);
};

/** Who dies in its own turn leaves the instrument to the next. */
const oneDiesAtWork: Deed = async (scene) => {
  const [one, other] = scene.some();
  const late = scene.question('LATE');
  await one.write(late);
  await scene.untilWritten(late);
  const asked = scene.later(scene.ask(other));
  await scene.kill(one);
  scene.doors.answerLate();
  await asked;
};

/** Several share the lock, and one without the key has to wait. */
const severalShare: Deed = async (scene) => {
  const both = scene.hislip();
  const [other] = scene.vxi11();
  for (const { program } of both) {
    expect(await program.lock({ kind: 'shared', key: 'key', waitMs: 0 })).toBe(1);
  }
  expect(await other.lock(0)).toBe('refused');
  const [one] = both;
  one.program.asynchronous.say({ type: 'AsyncLockInfo' });
  const { isExclusive, holders } = await one.program.asynchronous.message('AsyncLockInfoResponse');
  expect({ isExclusive, holders }).toEqual({ isExclusive: false, holders: 2 });
  await Promise.all(both.map(async (each) => await scene.ask(each)));
  for (const { program } of both) {
    const messageId = program.lastId;
    expect(await program.lock({ kind: 'release', messageId }), 'a shared release').toBe(2);
  }
};

/** The lock of a link goes with the link, though its connection stays. */
const oneLinkEnds: Deed = async (scene) => {
  const [holder, other] = scene.vxi11();
  expect(await holder.lock(0)).toBe('done');
  const granted = scene.later(other.lock(60_000));
  expect(await holder.leave(), 'the end of a link').toBe(0);
  expect(await granted).toBe('done');
  expect(await other.unlock()).toBe('done');
  for (const socket of holder.sockets) socket.destroy();
  await scene.replace(holder);
};

export const deedsOfLocks: readonly Deed[] = [
  oneLocks,
  oneWaitsWithItsQuestion,
  oneWaitsForTheLock,
  oneDiesInLine,
  oneClearsInLine,
  oneDiesAtWork,
  severalShare,
  oneLinkEnds,
];
