import { expect, it } from 'vitest';
import { ScpiMessageReader, ScpiReplyReader } from '../../../src/protocols/index.ts';
import { count } from '../../support/count.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import { BrokenReader, faults } from './broken-readers.ts';
import { RandomMessages } from './random-messages.ts';

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.codePointAt(0) ?? 0);
const text = (data: Uint8Array): string =>
  Array.from(data, (byte) => String.fromCodePoint(byte)).join('');

/** Cuts text into messages, each with a `?` in front when it asks, else with a `-`. */
interface Cutter {
  push(chunk: string): string[];
}

/** Throws when a reader gives other messages than were put together. */
function checkMessages(reader: Cutter, messages: number, salt: number): void {
  const random = new RandomMessages(randomFrom(salt));
  for (let sent = 0; sent < messages; sent += 4) {
    const known = Array.from({ length: 4 }, () => random.program());
    const stream = known.map((message) => `${message.text}\n`).join('');
    const found = random.cut(stream).flatMap((piece) => reader.push(piece));
    expect(found).toEqual(known.map((each) => `${each.isQuery ? '?' : '-'} ${each.text}`));
  }
}

function realReader(): Cutter {
  const reader = new ScpiMessageReader();
  return {
    push: (chunk) =>
      reader
        .push(bytes(chunk))
        .map((each) =>
          each.kind === 'message' ? `${each.isQuery ? '?' : '-'} ${text(each.bytes)}` : each.kind,
        ),
  };
}

/** A response is read whole, in any pieces, and what follows is left. */
function checkResponses(responses: number, salt: number): void {
  const random = new RandomMessages(randomFrom(salt));
  for (let read = 0; read < responses; read += 1) {
    const response = `${random.response()}\n`;
    const after = random.garbage();
    const reader = new ScpiReplyReader();
    const pieces = random.cut(response + after);
    let pushed = 0;
    for (const piece of pieces) {
      pushed += piece.length;
      const progress = reader.push(bytes(piece), false);
      if (pushed < response.length) expect(progress.kind, response).toBe('more');
      else {
        expect(progress.kind, response).toBe('done');
        if (progress.kind !== 'done') return;
        expect(text(progress.reply)).toBe(response);
        expect(progress.rest).toHaveLength(pushed - response.length);
        break;
      }
    }
  }
}

/** Nothing throws, and the END of a message puts the reader back in step, whatever came before. */
function checkGarbage(streams: number, salt: number): void {
  const random = new RandomMessages(randomFrom(salt));
  const reader = new ScpiMessageReader();
  for (let sent = 0; sent < streams; sent += 1) {
    const garbage = random.garbage();
    for (const piece of random.cut(garbage)) reader.push(bytes(piece));
    reader.push(bytes(''), true);
    expect(reader.isInside).toBe(false);
    expect(reader.push(bytes('*IDN?\n'))).toMatchObject([{ kind: 'message', isQuery: true }]);
    new ScpiReplyReader().push(bytes(garbage), false);
  }
}

it('messages and responses are cut where they end, whatever is in their strings and blocks', () => {
  const messages = count(200_000);
  expect(() => checkMessages(realReader(), messages, 0), `seed ${seed}`).not.toThrow();
  expect(() => checkResponses(messages, 1), `seed ${seed}`).not.toThrow();
  expect(() => checkGarbage(messages, 2), `seed ${seed}`).not.toThrow();
  // The check takes a reader that is right, though it is another one.
  expect(() => checkMessages(new BrokenReader(), 2_000, 3), `seed ${seed}`).not.toThrow();
  const caught = faults.filter((fault, salt) => {
    try {
      checkMessages(new BrokenReader(fault), 2_000, salt);
      return false;
    } catch {
      return true;
    }
  });
  expect(caught, `seed ${seed}`).toEqual(faults);
  recordProof({
    promise: 'No bytes on a wire can break the gateway',
    test: 'messages and responses are cut where they end, whatever is in their strings and blocks',
    count: 3 * messages,
    planted: faults.length,
    caught: caught.length,
  });
}, 300_000);
