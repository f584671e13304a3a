import {
  array,
  assert,
  bigInt64Array,
  bigUint64Array,
  constant,
  float32Array,
  float64Array,
  int16Array,
  int32Array,
  int8Array,
  integer,
  jsonValue,
  nat,
  oneof,
  property,
  record,
  string,
  tuple,
  uint16Array,
  uint32Array,
  uint8Array,
} from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrayNestingMost,
  arraysMost,
  binaryBytesMost,
  encodeJsonRpc,
  JsonRpcReader,
  lineBytesMost,
  messageNestingMost,
  ShapedArray,
} from '../../../src/protocols/index.ts';
import type { JsonRpcEvent, JsonRpcMessage } from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';

const id = oneof(integer(), string());
const typedArray = oneof(
  float32Array(),
  float64Array(),
  int8Array(),
  uint8Array(),
  int16Array(),
  uint16Array(),
  int32Array(),
  uint32Array(),
  bigInt64Array(),
  bigUint64Array(),
);
const shaped = tuple(nat({ max: 4 }), nat({ max: 4 }), nat({ max: 4 })).map(
  (shape) => new ShapedArray(new Float32Array(shape[0] * shape[1] * shape[2]), shape),
);
const booleans = uint8Array({ max: 1 }).map(
  (values) => new ShapedArray(values, [values.length], '|b1'),
);
/** Minus zero is zero in JSON, and `$array` stands for an array. */
const plain = jsonValue({ noUnicodeString: false }).map((value): unknown =>
  JSON.parse(JSON.stringify(value)),
);
const value = oneof(
  plain,
  typedArray,
  record({ trace: typedArray, image: shaped, mask: booleans, text: string(), more: plain }),
  array(oneof(typedArray, shaped, integer())),
);
const message: Arbitrary<JsonRpcMessage> = oneof(
  record({
    kind: constant('request' as const),
    id,
    method: string(),
    params: value,
  }),
  record({ kind: constant('notification' as const), method: string(), params: value }),
  record({ kind: constant('result' as const), id, result: value }),
  record({
    kind: constant('failure' as const),
    id: oneof(id, constant(null)),
    error: record({ code: integer(), message: string(), data: value }),
  }),
);

describe('a JSON-RPC message', () => {
  it('is the same after its way over the wire, in whatever pieces it comes', () => {
    assert(
      property(
        array(message, { maxLength: 6 }),
        array(integer({ min: 1, max: 40 })),
        (messages, cuts) => {
          expect(read(pieces(bytesOf(messages), cuts))).toEqual(messages);
        },
      ),
      { numRuns: count(3_000) },
    );
  });

  it('has its arrays aligned, in memory of their own, and not in its line', () => {
    const samples = Float64Array.from({ length: 1_000 }, (_, index) => index / 7);
    const { text, arrays } = encodeJsonRpc({ kind: 'result', id: 1, result: { samples } });
    expect(text.length).toBeLessThan(150);
    expect(arrays[0]?.buffer).toBe(samples.buffer);
    const [event] = read([new Uint8Array([...Buffer.from(text), ...(arrays[0] ?? [])])]);
    expect(event).toEqual({ kind: 'result', id: 1, result: { samples } });
  });

  it('is refused when it cannot travel', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    let deep: unknown = new Uint8Array(1);
    for (let level = 0; level <= arrayNestingMost - 1; level += 1) deep = { deep };
    const params = [
      circle,
      { number: 1n },
      { view: new DataView(new ArrayBuffer(8)) },
      { data: new Uint8Array(1), $array: 0 },
      'x'.repeat(lineBytesMost),
      'ä'.repeat(lineBytesMost / 2),
      { data: new Uint8Array(1), deep: { deep } },
      new Uint8Array(binaryBytesMost + 1),
    ];
    for (const each of params) {
      expect(() => encodeJsonRpc({ kind: 'request', id: 1, method: 'f', params: each })).toThrow(
        expect.objectContaining({ code: 'VALUE_INVALID' }),
      );
    }
    expect(() => new ShapedArray(new Float32Array(5), [2, 3])).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    );
  });
});

describe('a reader of JSON-RPC', () => {
  it.each([
    ['json', 'Traceback (most recent call last):'],
    ['json', '{"id": 1, "result": NaN}'],
    ['message', '[1, 2]'],
    ['message', '"text"'],
    ['message', 'null'],
    ['message', '{"id": {}, "result": 1}'],
    ['message', '{"id": null, "method": "f"}'],
    ['message', '{"method": 1}'],
    ['message', '{"id": 1, "error": "text"}'],
    ['message', '{"id": 1, "result": 1, "error": {"code": 1, "message": "both"}}'],
    ['message', '{"status": "maybe"}'],
    ['arrays', '{"id": 1, "result": {"$array": 0, "dtype": "<f4", "shape": [1]}, "$binary": []}'],
    ['arrays', '{"id": 1, "result": {"$array": 0, "dtype": "<c8", "shape": [0]}, "$binary": [0]}'],
    ['arrays', '{"id": 1, "result": {"$array": 0, "dtype": "<f4", "shape": [1]}, "$binary": [0]}'],
    ['arrays', '{"id": 1, "result": {"$array": 0, "dtype": "<f4", "shape": 0}, "$binary": [0]}'],
    ['arrays', '{"id": 1, "result": {"$array": 0, "dtype": "<f4"}, "$binary": [0]}'],
  ] as const)('says that it is no %s, and goes on: %s', (fault, line) => {
    const good = '{"id":7,"result":true}\n';
    expect(read([Buffer.from(`${line}\n\r\n${good}`)])).toMatchObject([
      { kind: 'malformed', fault },
      { kind: 'result', id: 7, result: true },
    ]);
  });

  it('counts how deep a message is nested, not the brackets in its texts', () => {
    const deepest = '['.repeat(messageNestingMost - 1) + ']'.repeat(messageNestingMost - 1);
    const text = JSON.stringify(`\\"${'[{'.repeat(1_000)}\\`);
    const lines = [deepest, `[${deepest}]`, `[${text},${text}]`, '[[],{}],'.repeat(500) + '0'];
    const events = lines.map((line) => read([Buffer.from(`{"id":1,"result":[${line}]}\n`)])[0]);
    expect(events.map((event) => event?.kind)).toEqual([
      'malformed',
      'malformed',
      'result',
      'result',
    ]);
    const [good] = read([Buffer.from(`{"id":1,"result":${deepest}}\n`)]);
    expect(good).toMatchObject({ kind: 'result' });
    const { result } = good as { result: unknown };
    expect(encodeJsonRpc({ kind: 'result', id: 1, result }).text).toContain(deepest);
    expect(() => encodeJsonRpc({ kind: 'result', id: 1, result: [result] })).toThrow(
      expect.objectContaining({ code: 'VALUE_INVALID' }),
    );
  });

  it.each(['"5"', '[-1]', '[0.5]', '[1e30]', `[${binaryBytesMost + 1}]`, '{}', 'null', '[null]'])(
    'understands nothing more after arrays announced as %s',
    (lengths) => {
      const reader = new JsonRpcReader();
      const bytes = Buffer.from(`{"method":"f","$binary":${lengths}}\n{"method":"g"}\n`);
      expect(reader.read(bytes)).toMatchObject([{ kind: 'malformed', fault: 'lengths' }]);
      expect(reader.isLost).toBe(true);
      expect(reader.read(Buffer.from('{"method":"h"}\n'))).toEqual([]);
    },
  );

  it('takes no memory for what is only announced', () => {
    const lengths = Array.from({ length: arraysMost }, () => binaryBytesMost / arraysMost);
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 40 }, () => {
      const reader = new JsonRpcReader();
      reader.read(Buffer.from(`{"method":"f","$binary":[${binaryBytesMost}]}\n`));
      reader.read(Buffer.from(`{"method":"f","$binary":[${lengths.join(',')}]}\n`));
      return reader;
    });
    const taken = process.memoryUsage().arrayBuffers - before;
    expect(readers).toHaveLength(40);
    expect(taken).toBeLessThan(80 * 1_048_576);
  });

  it('keeps nothing of the memory in which bytes came', () => {
    const method = 'long'.repeat(2_000);
    const bytes = bytesOf([{ kind: 'notification', method, params: [] }]);
    expect(read(pieces(bytes, [3_000]))).toMatchObject([{ method }]);
  });

  it('gives up a line without end at its bound, and takes the next one', () => {
    const reader = new JsonRpcReader();
    const piece = Buffer.alloc(100_000, 0x61);
    const events: JsonRpcEvent[] = [];
    for (let index = 0; index < 30; index += 1) events.push(...reader.read(piece));
    events.push(...reader.read(Buffer.from('end\n{"method":"f"}\n')));
    expect(events).toMatchObject([
      { kind: 'malformed', fault: 'length' },
      { kind: 'malformed', fault: 'length' },
      { kind: 'notification', method: 'f' },
    ]);
    const whole = Buffer.from(`"${'x'.repeat(lineBytesMost)}"\n{"method":"g"}\n`);
    expect(reader.read(whole)).toMatchObject([
      { kind: 'malformed', fault: 'length' },
      { kind: 'notification', method: 'g' },
    ]);
  });

  it('tells bytes that are no text from the lines around them', () => {
    const events = read([
      Buffer.concat([
        Buffer.from('{"method":"a"}\n{"method":"'),
        Buffer.from([0xff, 0xfe, 0x00]),
        Buffer.from('"}\n{"method":"ü"}\n'),
      ]),
    ]);
    expect(events).toMatchObject([
      { method: 'a' },
      { kind: 'malformed', fault: 'encoding', excerpt: '{"method":"..."}' },
      { method: 'ü' },
    ]);
  });

  it('finds the bytes of an array behind lines that are not plain ASCII', () => {
    const line = '{"method":"ü","params":{"$array":0,"dtype":"|u1","shape":[3]},"$binary":[3]}\n';
    const bytes = Buffer.concat([
      Buffer.from('{"method":"前"}\n'),
      Buffer.from(line),
      Buffer.from([10, 34, 10]),
      Buffer.from('{"method":"after"}\n'),
    ]);
    expect(read([bytes])).toEqual([
      { kind: 'notification', method: '前', params: undefined },
      { kind: 'notification', method: 'ü', params: Uint8Array.of(10, 34, 10) },
      { kind: 'notification', method: 'after', params: undefined },
    ]);
  });

  it('takes the replies of workers from before JSON-RPC', () => {
    const text = [
      '{"status":"ok","data":{"i":0.1},"id":"a-1"}',
      '{"status":"ok","data":null}',
      '{"status":"error","data":"Unknown command: x","id":3}',
      '{"id":4,"result":null,"error":null}',
      '{"id":null,"error":{"code":-32700,"message":"parse"}}',
    ].join('\n');
    expect(read([Buffer.from(`${text}\n`)])).toMatchObject([
      { kind: 'result', id: 'a-1', result: { i: 0.1 } },
      { kind: 'result', id: undefined, result: null },
      { kind: 'failure', id: 3, error: { code: -32_000, message: 'Unknown command: x' } },
      { kind: 'result', id: 4, result: null },
      { kind: 'failure', id: null },
    ]);
  });

  it('survives whatever bytes come, the same in any pieces, and finds the good lines', () => {
    for (let run = 0; run < count(5_000); run += 1) {
      const random = randomFrom(run);
      const bytes = spoiled(random);
      const whole = summary(read([bytes]));
      const cut = summary(read(pieces(bytes, [1 + Math.floor(random() * 30)])));
      expect(cut, `seed ${seed}, run ${run}`).toEqual(whole);
    }
  });
});

/** Several messages, a few bytes of them changed, left out, or added. */
function spoiled(random: () => number): Uint8Array {
  const messages: JsonRpcMessage[] = Array.from({ length: 5 }, (_, index) =>
    random() < 0.5
      ? { kind: 'request', id: index, method: 'ä', params: { trace: new Float32Array(index) } }
      : { kind: 'result', id: index, result: 'text' },
  );
  const bytes = [...bytesOf(messages)];
  for (let change = 0; change < random() * 4; change += 1) {
    const at = Math.floor(random() * bytes.length);
    const removed = Math.floor(random() * 3);
    const added = Array.from({ length: Math.floor(random() * 3) }, () =>
      random() < 0.2 ? 10 : Math.floor(random() * 256),
    );
    bytes.splice(at, removed, ...added);
  }
  return Uint8Array.from(bytes);
}

/** Without how many bytes are lost: a line that is no text is told in pieces only. */
function summary(events: readonly JsonRpcEvent[]): readonly unknown[] {
  return events.map((event) => (event.kind === 'malformed' ? event.fault : event));
}

function bytesOf(messages: readonly JsonRpcMessage[]): Uint8Array {
  return Buffer.concat(
    messages.flatMap((each) => {
      const { text, arrays } = encodeJsonRpc(each);
      return [Buffer.from(text), ...arrays];
    }),
  );
}

/** The bytes cut at these lengths, over and over. */
function pieces(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  if (cuts.length === 0) return [bytes];
  const cut: Uint8Array[] = [];
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const length = cuts[index % cuts.length] ?? 1;
    cut.push(bytes.slice(at, at + length));
    at += length;
  }
  return cut;
}

function read(chunks: readonly Uint8Array[]): JsonRpcEvent[] {
  const reader = new JsonRpcReader();
  return chunks.flatMap((chunk) => {
    const copy = Buffer.from(chunk);
    const events = reader.read(copy);
    // The reader must not look at them again.
    copy.fill(0x21);
    return events;
  });
}
