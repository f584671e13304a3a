import { expect } from 'vitest';
import { vxi11Errors } from '../../../src/protocols/index.ts';
import type { HislipClientOfCheck } from './door-clients.ts';
import type { Scene } from './scene.ts';

/** What clients do at once or after one another, and what each of them must see then. */
export type Deed = (scene: Scene) => Promise<void>;

/** All ask at the same time, and each hears its own answers. */
const everybodyAsks: Deed = async (scene) => {
  const asking = scene.clients.map(async (client) => {
    for (let round = 0; round < 3; round += 1) await scene.ask(client);
  });
  await Promise.all(asking);
};

/** One leaves its response unread: it alone is told of it, and gets it, or that to the next question. */
const oneReadsLater: Deed = async (scene) => {
  const [one, other] = scene.some();
  const question = scene.question();
  await one.write(question);
  await scene.untilAvailable(one);
  expect((await other.statusByte()) & 0x10, 'MAV of another').toBe(0);
  await scene.ask(other);
  // In HiSLIP the response has gone to the client already.
  if (one.kind === 'vxi11') await scene.ask(one);
  else expect(await one.read()).toBe(`re ${question}`);
  await one.statusByte();
};

/** One asks before it has the answer to its last question, which is dropped then. */
const oneIsInterrupted: Deed = async (scene) => {
  const [one, other] = scene.some();
  const late = scene.question('LATE');
  await one.write(late);
  await scene.untilWritten(late);
  const asked = scene.later(scene.ask(other));
  const question = scene.question();
  await one.write(question);
  await scene.aWhile();
  scene.doors.answerLate();
  if (one.kind === 'hislip') await isTold(one, late);
  expect(await one.read()).toBe(`re ${question}`);
  await asked;
};

/** Either the answer had gone before the next question came, or the client is told on both channels. */
async function isTold({ program }: HislipClientOfCheck, late: string): Promise<void> {
  const event = await program.synchronous.next();
  if (event.kind === 'begin' && event.data.messageId !== program.lastId) {
    expect((await program.readFrom(event)).text).toBe(`re ${late}`);
    return;
  }
  expect(event, 'what was interrupted').toMatchObject({ message: { type: 'Interrupted' } });
  const { messageId } = await program.asynchronous.message('AsyncInterrupted');
  expect(messageId, 'what interrupted').toBe(program.lastId);
}

/** A device clear takes the response away, and is done to the instrument. */
const oneClears: Deed = async (scene) => {
  const [one, other] = scene.some();
  await one.write(scene.question());
  await scene.untilAvailable(one);
  await one.clear();
  expect((await one.statusByte()) & 0x10, 'MAV after a clear').toBe(0);
  await scene.until('a clear', () => scene.doors.instrument.journal.includes('clear'));
  await Promise.all([scene.ask(one), scene.ask(other)]);
};

/** Clears while its question is under way: what is answered late goes to nobody. */
const oneClearsEarly: Deed = async (scene) => {
  const [one] = scene.some();
  const late = scene.question('LATE');
  await one.write(late);
  await scene.untilWritten(late);
  const cleared = scene.later(one.clear());
  await scene.aWhile();
  scene.doors.answerLate();
  await cleared;
  expect((await one.statusByte()) & 0x10, 'MAV after an early clear').toBe(0);
  await scene.ask(one);
};

/** Nobody answers: it is told so, and the next answer is its own. */
const oneIsNotAnswered: Deed = async (scene) => {
  const [one] = scene.some();
  await one.write('SILENT?');
  scene.doors.answerLate();
  if (one.kind === 'vxi11') {
    const { error, text } = await one.program.read({ ioTimeoutMs: 60_000 });
    expect({ error, text }).toEqual({ error: vxi11Errors.ioTimeout, text: '' });
  } else {
    const { text } = await one.program.synchronous.message('Error');
    expect(text).toContain('INSTRUMENT_TIMEOUT');
  }
  await scene.ask(one);
};

/** A message in pieces, a response in pieces, and another client in between. */
const onePieceAfterTheOther: Deed = async (scene) => {
  const [one, other] = scene.vxi11();
  const [third] = scene.hislip();
  const question = scene.question();
  expect((await one.program.write(question.slice(0, 2), { isEnd: false })).error).toBe(0);
  await scene.ask(other);
  await one.write(question.slice(2));
  expect(await one.program.read({ requestBytes: 1 })).toMatchObject({
    text: 'r',
    why: 'requestCount',
  });
  await scene.ask(third);
  const [upTo = ''] = question;
  const read = await one.program.read({ terminator: upTo });
  expect(read).toMatchObject({ text: `e ${upTo}`, why: 'terminator' });
  expect(await one.read()).toBe(question.slice(1));
  const [whole] = scene.hislip();
  const pieces = scene.question();
  whole.program.write(pieces.slice(0, 1), pieces.slice(1));
  expect((await whole.program.read()).text).toBe(`re ${pieces}`);
};

/** A link is of its connection: nobody reads with another's. */
const oneReadsAsAnother: Deed = async (scene) => {
  const [one, other] = scene.vxi11();
  const question = scene.question();
  await one.write(question);
  await scene.untilAvailable(one);
  expect(await other.readAsAnother(one.program.linkId)).toBe(vxi11Errors.invalidLink);
  expect(await one.read()).toBe(`re ${question}`);
};

/** A read that is aborted ends at once, and its late answer is nobody's. */
const oneAborts: Deed = async (scene) => {
  const [one] = scene.vxi11();
  const late = scene.question('LATE');
  await one.write(late);
  await scene.untilWritten(late);
  let error: number | undefined;
  const read = scene.later(
    one.program.read({ ioTimeoutMs: 60_000 }).then((result) => (error = result.error)),
  );
  await scene.until('the end of the read', async () => {
    await one.program.abort();
    return error !== undefined;
  });
  expect(await read, 'an aborted read').toBe(vxi11Errors.abort);
  scene.doors.answerLate();
  await scene.ask(one);
};

/** A request for service is told to everybody, once. */
const serviceIsRequested: Deed = async (scene) => {
  const { instrument } = scene.doors;
  instrument.requestService(0x04);
  for (const client of scene.clients) {
    if (client.kind === 'hislip') {
      const { status } = await client.program.asynchronous.message('AsyncServiceRequest');
      expect(status & ~0x10, 'what was told').toBe(0x44);
      expect((await client.statusByte()) & ~0x10, 'the first poll').toBe(0x44);
    } else await scene.until('a request', async () => (await client.statusByte()) === 0x44);
    expect((await client.statusByte()) & ~0x10, 'the second poll').toBe(0x04);
  }
  instrument.statusByte = 0;
};

/** A trigger reaches the instrument, after what came before it. */
const oneTriggers: Deed = async (scene) => {
  const [one] = scene.some();
  await scene.ask(one);
  await one.trigger();
  await scene.ask(one);
  expect(scene.doors.instrument.journal, 'a trigger').toContain('trigger');
};

export const deedsOfMessages: readonly Deed[] = [
  everybodyAsks,
  oneReadsLater,
  oneIsInterrupted,
  oneClears,
  oneClearsEarly,
  oneIsNotAnswered,
  onePieceAfterTheOther,
  oneReadsAsAnother,
  oneAborts,
  serviceIsRequested,
  oneTriggers,
];
