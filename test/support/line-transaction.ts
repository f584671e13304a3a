import { SignalboxError } from '../../src/kernel/index.ts';
import type { Owner } from '../../src/kernel/index.ts';
import { mapReply } from '../../src/protocols/index.ts';
import type { ReplyReader } from '../../src/protocols/index.ts';
import type { Transaction } from '../../src/ports/index.ts';

const lineFeed = 10;

/** Reads up to a line feed. With a tag, lines that do not begin with it are foreign. */
export function lineReader(tag?: string): ReplyReader<string> {
  let text = '';
  return {
    push(data) {
      const at = data.indexOf(lineFeed);
      if (at < 0) {
        text += new TextDecoder().decode(data);
        return { kind: 'more' };
      }
      const line = text + new TextDecoder().decode(data.subarray(0, at));
      text = '';
      const rest = data.subarray(at + 1);
      if (tag !== undefined && !line.startsWith(tag)) {
        return { kind: 'foreign', reason: `'${line}' is no ${tag}`, rest };
      }
      return { kind: 'done', reply: line, rest };
    },
  };
}

/** A request of one line with a reply of one line. `!…` in the reply is a refusal. */
export function ask(text: string, options: Partial<Transaction<string>> = {}): Transaction<string> {
  return {
    label: text,
    timeoutMs: 100,
    repeat: 'never',
    attempt: () => ({
      request: new TextEncoder().encode(`${text}\n`),
      reader: mapReply(lineReader(), (line) => {
        if (line.startsWith('!')) throw new SignalboxError('INSTRUMENT_ERROR', line.slice(1));
        return line;
      }),
    }),
    ...options,
  };
}

let owners = 0;

/** A new owner. */
export function owner(program = `program-${owners}`): Owner {
  owners += 1;
  return { id: `owner-${owners}`, program, door: 'inline', sinceMs: 0 };
}
