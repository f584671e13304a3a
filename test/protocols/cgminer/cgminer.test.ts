import { describe, expect, it } from 'vitest';
import {
  cgminerNumber,
  CgminerReplyReader,
  cgminerReplyBytesMost,
  cgminerRequestBytesMost,
  encodeCgminerRequest,
  encodeCgminerText,
  joinCgminerArguments,
  packedNumbers,
  parseCgminerReply,
  parseCgminerRequest,
  parseLenientJson,
  parsePackedValues,
} from '../../../src/protocols/index.ts';
import type { CgminerReply } from '../../../src/protocols/index.ts';
import { avalonVersion, summary } from './replies.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

function only(replies: ReadonlyMap<string, CgminerReply> | string, name: string): CgminerReply {
  if (typeof replies === 'string') throw new Error(replies);
  const reply = replies.get(name);
  if (reply === undefined) throw new Error(`no ${name}`);
  return reply;
}

describe('a request to cgminer', () => {
  it('is JSON with a text as parameter, or plain text', () => {
    expect(text(encodeCgminerRequest({ command: 'summary' }))).toBe('{"command":"summary"}');
    expect(text(encodeCgminerRequest({ command: 'ascset', parameter: '0,led,1-1' }))).toBe(
      '{"command":"ascset","parameter":"0,led,1-1"}',
    );
    expect(text(encodeCgminerText({ command: 'switchpool', parameter: '1' }))).toBe('switchpool|1');
    expect(text(encodeCgminerText({ command: 'summary+devs' }))).toBe('summary+devs');
  });

  it('is refused when it is no command, has a zero in it, or is longer than a miner reads', () => {
    for (const command of ['', 'summary|1', 'Summary', 'a b', '+', 'summary+', '{']) {
      expect(() => encodeCgminerRequest({ command })).toThrow(/is no command/);
    }
    expect(() => encodeCgminerText({ command: 'addpool', parameter: 'a\0b' })).toThrow(/zero/);
    const parameter = 'x'.repeat(cgminerRequestBytesMost);
    expect(() => encodeCgminerRequest({ command: 'addpool', parameter })).toThrow(/longer/);
  });

  it('escapes commas and backslashes inside of an argument', () => {
    expect(joinCgminerArguments(['a,b', String.raw`c\d`, 3])).toBe(String.raw`a\,b,c\\d,3`);
  });

  it('is understood as people type it', () => {
    expect(parseCgminerRequest('summary')).toEqual({ command: 'summary' });
    expect(parseCgminerRequest('ascset|0,led,1-1')).toEqual({
      command: 'ascset',
      parameter: '0,led,1-1',
    });
    expect(parseCgminerRequest('{"command":"switchpool","parameter":1}')).toEqual({
      command: 'switchpool',
      parameter: '1',
    });
    expect(() => parseCgminerRequest('{"command":')).toThrow(/JSON/);
    expect(() => parseCgminerRequest('{"order":"summary"}')).toThrow(/has a command/);
  });
});

describe('a reply of cgminer', () => {
  it('is read up to its zero, in any pieces', () => {
    const whole = bytes(`${summary}\0`);
    for (let cut = 1; cut < whole.length; cut += 7) {
      const reader = new CgminerReplyReader('summary');
      expect(reader.push(whole.subarray(0, cut), false)).toEqual({ kind: 'more' });
      const progress = reader.push(whole.subarray(cut), false);
      if (progress.kind !== 'done') throw new Error(progress.kind);
      const reply = only(progress.reply, 'summary');
      expect(reply).toMatchObject({ status: 'S', code: 11, description: 'cgminer 4.11.1' });
      expect(cgminerNumber(reply.sections.get('SUMMARY')?.[0], 'Accepted')).toBe(148);
    }
  });

  it('may end with the connection instead of a zero', () => {
    const reader = new CgminerReplyReader('summary');
    expect(reader.push(bytes(summary), false).kind).toBe('more');
    expect(reader.push(new Uint8Array(), true).kind).toBe('done');
  });

  it('is malformed when it is nothing, no JSON, or has no STATUS', () => {
    const refused = (data: string): string => {
      const progress = new CgminerReplyReader('summary').push(bytes(data), true);
      return progress.kind === 'malformed' ? progress.reason : progress.kind;
    };
    expect(refused('')).toMatch(/without a word/);
    expect(refused('<html>Not Found</html>')).toMatch(/no JSON/);
    expect(refused('[]')).toMatch(/no object/);
    expect(refused('{"SUMMARY":[{"Elapsed":1}]}')).toMatch(/no STATUS/);
    expect(refused('{"STATUS":[{"STATUS":"X"}]}')).toMatch(/no STATUS/);
    expect(refused('['.repeat(100_000))).toMatch(/no JSON/);
  });

  it('is malformed as soon as it is longer than the bound, and nothing of it is kept', () => {
    const reader = new CgminerReplyReader('summary');
    const piece = bytes(' '.repeat(65_536));
    let pushed = 0;
    for (;;) {
      const progress = reader.push(piece, false);
      pushed += piece.length;
      if (progress.kind === 'malformed') break;
      expect(pushed).toBeLessThanOrEqual(cgminerReplyBytesMost);
    }
    expect(pushed).toBeLessThanOrEqual(cgminerReplyBytesMost + piece.length);
  });

  it('tells that the miner restarts or goes', () => {
    const restart = only(parseCgminerReply('{"STATUS":"RESTART"}', 'restart'), 'restart');
    expect(restart.status).toBe('RESTART');
    expect(only(parseCgminerReply('{"STATUS":"BYE"}', 'quit'), 'quit').status).toBe('BYE');
  });

  it('has one reply for each of joined reports', () => {
    const joined = `{"summary":[${summary}],"version":[${avalonVersion}],"id":1}`;
    const replies = parseCgminerReply(joined, 'summary+version');
    expect(only(replies, 'summary').code).toBe(11);
    expect(only(replies, 'version').sections.get('VERSION')?.[0]).toMatchObject({
      MAC: '123456789012',
    });
  });

  it('is the refusal of all of joined reports where the miner knows none', () => {
    const refusal = '{"STATUS":[{"STATUS":"E","When":1,"Code":14,"Msg":"Invalid command"}],"id":1}';
    const replies = parseCgminerReply(refusal, 'summary+version');
    expect(only(replies, 'summary').code).toBe(14);
    expect(only(replies, 'version').code).toBe(14);
  });
});

describe('JSON as miners write it', () => {
  it.each([
    [
      'nan and inf',
      '{"a":nan,"b":-inf,"c":Infinity,"d":-nan,"e":1}',
      { a: null, b: null, c: null, d: null, e: 1 },
    ],
    ['a comma that is missing', '[{"a":1}{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['a comma after a bracket', '[,{"a":1}]', [{ a: 1 }]],
    ['a comma in front', ',{"a":1}', { a: 1 }],
    ['a comma at the end', '{"a":1,}', { a: 1 }],
    ['a control character', '{"a":"x\ty"}', { a: 'x\ty' }],
    ['an escape that is none', String.raw`{"a":"x\qy"}`, { a: String.raw`x\qy` }],
  ])('is read with %s', (_name, broken, value) => {
    expect(parseLenientJson(broken)).toEqual({ value, isTruncated: false });
  });

  it('is read without its end, and what the end cut is left out', () => {
    const cut = (part: string): unknown => parseLenientJson(part);
    expect(cut('{"a":1,"b":[{"c":2}')).toEqual({
      value: { a: 1, b: [{ c: 2 }] },
      isTruncated: true,
    });
    expect(cut('{"a":1,"b":23')).toEqual({ value: { a: 1 }, isTruncated: true });
    expect(cut('{"a":1,"b":"tex')).toEqual({ value: { a: 1 }, isTruncated: true });
    expect(cut('{"a":1,"b')).toEqual({ value: { a: 1 }, isTruncated: true });
    expect(cut('{"a":1,"b":')).toEqual({ value: { a: 1 }, isTruncated: true });
  });

  it('is nothing where it makes no sense', () => {
    for (const nonsense of ['', '<html>', '{a:1}', '{"a" 1}', '{"a":bad}', '{"a":1}]', '1.2.3 ']) {
      expect(parseLenientJson(nonsense)).toBeUndefined();
    }
  });

  it('sets no prototype', () => {
    const result = parseLenientJson(',{"__proto__":{"x":1}}');
    expect(({} as { x?: number }).x).toBeUndefined();
    expect(Object.getPrototypeOf(result?.value)).toBe(Object.prototype);
  });
});

describe('the packed values of an Avalon', () => {
  it('are taken apart', () => {
    const values = parsePackedValues(
      'Ver[15-194] SYSTEMSTATU[Work: In Work, Hash Board: 3 ] Temp[31] FanR[49%] PS[0 1209 3731] FACOPTS0[] Led[0] CUT[1',
    );
    expect(Object.fromEntries(values)).toEqual({
      Ver: '15-194',
      SYSTEMSTATU: 'Work: In Work, Hash Board: 3',
      Temp: '31',
      FanR: '49%',
      PS: '0 1209 3731',
      FACOPTS0: '',
      Led: '0',
    });
    expect(packedNumbers(values.get('FanR'))).toEqual([49]);
    expect(packedNumbers(values.get('PS'))).toEqual([0, 1209, 3731]);
    expect(packedNumbers(values.get('Ver'))).toEqual([]);
    expect(packedNumbers(undefined)).toEqual([]);
  });
});
