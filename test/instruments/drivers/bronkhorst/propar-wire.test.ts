import { expect, test } from 'vitest';

import {
  BronkhorstDriver,
  Instrument,
  ProparWire,
  rawMessage,
  readItem,
} from '../../../../src/instruments/index.ts';
import { ManualClock } from '../../../../src/kernel/index.ts';
import {
  BinaryFrameReader,
  encodeBinaryFrame,
  encodeMessage,
  encodeValue,
} from '../../../../src/protocols/index.ts';
import { owner } from '../../../support/line-transaction.ts';
import { acknowledged, memoryScript, ScriptedBus } from '../../scripted-bus.ts';

const by = owner('reader');

function flowOn({ wire, port }: ScriptedBus): Instrument {
  return new Instrument({ name: 'flow', driver: new BronkhorstDriver({ wire, node: 3 }), port });
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? [])
    .toString('hex')
    .toUpperCase();
}

const values = new Map([
  ['1/0', encodeValue('bsint16', 16_000)],
  ['1/1', encodeValue('uint16', 7)],
  ['33/0', encodeValue('float32', 1.5)],
  ['33/3', encodeValue('float32', 2.5)],
  ['1/31', encodeValue('string', 'ln/min ')],
  ['113/3', encodeValue('string', 'M6212345A')],
  ['113/6', encodeValue('string', 'USERTAG')],
  ['114/2', Uint8Array.of(0x10, 0x02, 3, 4, 5, 6, 7, 8)],
]);

test('a secured write is one message: unlock, value, lock', async () => {
  await using bus = await ScriptedBus.open(memoryScript(new Map()));
  await flowOn(bus).write('alarmMode', 1, by, { unlock: true });
  await flowOn(bus).write('capacity', 1, by, { unlock: true });
  // The first is not secured, so it goes alone. The second as manual 9.17.023 has it.
  expect(bus.received.map(hex)).toEqual(['01610301', '01800A40814D3F800000000A52']);
});

test.each([6, 13])('status %d to a secured write without its key means SECURED', async (status) => {
  await using bus = await ScriptedBus.open(() => ({ kind: 'status', status, position: 2 }));
  await expect(flowOn(bus).write('capacity', 1, by)).rejects.toMatchObject({ code: 'SECURED' });
});

test('a chained read stays within its bytes, both ways', async () => {
  const sizes: number[] = [];
  const script = memoryScript(values);
  await using bus = await ScriptedBus.open(
    (message, frame) => {
      const answer = script(message, frame);
      sizes.push(frame.data.length);
      if (answer !== undefined && answer.kind !== 'error') {
        sizes.push(encodeMessage(answer).length);
      }
      return answer;
    },
    { chainBytes: 40, timeoutMs: 500 },
  );
  const flow = flowOn(bus);
  await flow.read('measure', by);
  const names = ['measure', 'setpoint', 'serialNumber', 'userTag', 'capacityUnit', 'measure'];
  const read = await Promise.all(names.map(async (name) => (await flow.read(name, by)).value));
  expect(read).toEqual([16_000, 7, 'M6212345A', 'USERTAG', 'ln/min', 16_000]);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(40);
  expect(bus.received.length).toBeLessThan(names.length);
});

test('a number whose reply did not come is not given to the next requests', () => {
  const wire = new ProparWire({ clock: new ManualClock() });
  const numberOf = (request: Uint8Array): number | undefined => {
    const [event] = new BinaryFrameReader().push(request);
    return event?.kind === 'frame' ? event.frame.sequence : undefined;
  };
  const lost = wire.attempt(3, Uint8Array.of(4, 1, 0x20, 1, 0x20));
  lost.abandon?.();
  const numbers = Array.from({ length: 600 }, () =>
    numberOf(wire.attempt(3, Uint8Array.of(4, 1, 0x20, 1, 0x20)).request),
  );
  expect(new Set(numbers).size).toBe(255);
  expect(numbers).not.toContain(numberOf(lost.request));
});

test('a binary value is asked for with its length', async () => {
  await using bus = await ScriptedBus.open(memoryScript(values));
  const { value } = await flowOn(bus).read('alarmRegister1', by);
  expect(value).toEqual(values.get('114/2'));
  expect(hex(bus.received[0])).toBe('047262726208');
});

test('an ASCII line is read and written like a binary one', async () => {
  await using bus = await ScriptedBus.open(memoryScript(new Map(values)), { mode: 'ascii' });
  const flow = flowOn(bus);
  expect((await flow.read('measure', by)).value).toBe(16_000);
  expect(await flow.read('fMeasure', by)).toMatchObject({ value: 1.5, unit: 'ln/min' });
  await flow.write('setpoint', 8_000, by);
  expect((await flow.read('setpoint', by)).value).toBe(8_000);
});

test('on an ASCII line, which has no numbers, a late reply is waited for before the next request', async () => {
  let requests = 0;
  const script = memoryScript(new Map(values));
  await using bus = await ScriptedBus.open(
    (message, frame) => {
      requests += 1;
      if (requests !== 1) return script(message, frame);
      setTimeout(() => bus.answerWith(script(message, frame), frame), 60);
      return undefined;
    },
    { mode: 'ascii', timeoutMs: 40 },
  );
  const flow = flowOn(bus);
  const [first, second] = await Promise.all([
    flow.read('measure', by),
    flow.read('setpoint', owner('other')),
  ]);
  expect([first.value, second.value]).toEqual([16_000, 7]);
});

test.each([
  [9, 'INSTRUMENT_TIMEOUT'],
  [8, 'INSTRUMENT_TIMEOUT'],
  [5, 'INSTRUMENT_ERROR'],
  [3, 'INSTRUMENT_ERROR'],
])('error frame %d of the host is %s', async (code, expected) => {
  await using bus = await ScriptedBus.open(() => ({ kind: 'error', code }));
  await expect(flowOn(bus).read('measure', by)).rejects.toMatchObject({
    code: expected,
    details: { frameError: code },
  });
});

test('an answer to another question is nobody’s value', async () => {
  await using bus = await ScriptedBus.open(() => ({
    kind: 'send',
    command: 2,
    items: [{ process: 1, parameter: 1, type: 0x20, value: Uint8Array.of(1, 2) }],
  }));
  await expect(flowOn(bus).read('measure', by)).rejects.toMatchObject({ code: 'REPLY_MALFORMED' });
});

test('a raw message gives back the reply as it is, a refusal too', async () => {
  await using bus = await ScriptedBus.open((message) =>
    message.kind === 'send' ? acknowledged : { kind: 'status', status: 4, position: 3 },
  );
  const { port, wire } = bus;
  const ask = async (data: number[], expectsReply = true): Promise<string> => {
    const options = { label: 'raw', expectsReply };
    const reply = await port.transact(rawMessage(wire, 3, Uint8Array.from(data), options), by);
    return hex(reply?.data);
  };
  expect(await ask([1, 1, 0x21, 0x3e, 0x80])).toBe('000000');
  expect(await ask([4, 1, 0x20, 1, 0x20])).toBe('000403');
  expect(await ask([2, 1, 0x21, 0, 1], false)).toBe('');
});

test('a client’s own read of one value shares the wire with an instrument’s', async () => {
  await using bus = await ScriptedBus.open(memoryScript(values), { timeoutMs: 500 });
  const flow = flowOn(bus);
  await flow.read('measure', by);
  bus.received.length = 0;
  const { port, wire } = bus;
  const item = { process: 1, parameter: 0, type: 0x20 } as const;
  const [raw, reading] = await Promise.all([
    port.transact(readItem(wire, 3, item), owner('client')),
    flow.read('measure', by),
    flow.read('setpoint', by),
  ]);
  expect(hex(raw)).toBe('3E80');
  expect(reading.value).toBe(16_000);
  expect(bus.received.length).toBeLessThanOrEqual(2);
});

test('knows who has answered, also when that was too late, and not by what the host of a bus says', () => {
  const wire = new ProparWire();
  const data = Uint8Array.of(2, 0, 1, 3);
  const missed = wire.attempt(3, data);
  missed.abandon?.();
  const { reader } = wire.attempt(4, data);
  reader.push(
    encodeBinaryFrame({ sequence: 0, node: 5, data: data.subarray(0, 0), errorCode: 9 }),
    false,
  );
  expect([3, 4, 5].map((node) => wire.hasAnswered(node))).toEqual([false, false, false]);
  reader.push(encodeBinaryFrame({ sequence: 0, node: 3, data }), false);
  expect([3, 4, 5].map((node) => wire.hasAnswered(node))).toEqual([true, false, false]);
  reader.push(encodeBinaryFrame({ sequence: 1, node: 4, data }), false);
  expect([3, 4, 5].map((node) => wire.hasAnswered(node))).toEqual([true, true, false]);
});
