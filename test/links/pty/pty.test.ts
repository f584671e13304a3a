import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Pty, serialLinkFactory } from '../../../src/links/index.ts';

let pty: Pty;
let heard: string[];

beforeEach(async () => {
  pty = await Pty.open();
  heard = [];
  pty.onPresence((present) => heard.push(present ? 'came' : 'left'));
  pty.onData((data) => heard.push(Buffer.from(data).toString()));
});

afterEach(async () => {
  await pty.close();
});

async function comeSayAndLeave(text: string): Promise<void> {
  const { signal } = new AbortController();
  const link = serialLinkFactory({ path: pty.path }).create();
  await link.open(signal);
  await link.write(Buffer.from(text), { end: true, signal });
  await link.close();
}

test('clients that come and go between two looks are told apart', async () => {
  await comeSayAndLeave('half of a');
  await expect.poll(() => heard).toEqual(['came', 'half of a', 'left']);
  await comeSayAndLeave('request');
  await expect.poll(() => heard.slice(3)).toEqual(['came', 'request', 'left']);
});

test('all that a client says before it goes is heard before its end', async () => {
  const text = 'x'.repeat(3_000);
  await comeSayAndLeave(`${text}${text}${text}`);
  await expect.poll(() => heard.at(-1)).toBe('left');
  expect(heard.at(0)).toBe('came');
  expect(heard.filter((each) => each === 'left')).toHaveLength(1);
  expect(heard.slice(1, -1).join('')).toHaveLength(3 * text.length);
});

/** A client of this process, which does each thing at once. */
class Client {
  readonly #fd: number;

  constructor() {
    this.#fd = openSync(pty.path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  }

  say(text: string): void {
    writeSync(this.#fd, text);
  }

  leave(): void {
    closeSync(this.#fd);
  }

  /** What has come, as far as it has. */
  read(): string {
    const buffer = Buffer.alloc(4_096);
    try {
      return buffer.toString('latin1', 0, readSync(this.#fd, buffer));
    } catch {
      // Nothing has.
      return '';
    }
  }
}

test('what a client said before it went is not taken for the words of the one who is there by then', async () => {
  for (const text of ['half of a', 'x'.repeat(9_000)]) {
    heard.length = 0;
    const first = new Client();
    first.say(text);
    first.leave();
    const second = new Client();
    await expect.poll(() => heard.at(-1)).toBe('came');
    second.say('request');
    await expect.poll(() => heard.at(-1)).toBe('request');
    expect(heard.at(0)).toBe('came');
    expect(heard.slice(1, -3).join('')).toBe(text);
    expect(heard.slice(-3)).toEqual(['left', 'came', 'request']);
    second.leave();
    await expect.poll(() => heard.at(-1)).toBe('left');
  }
});

test('the last words of a client that was known are heard before its end', async () => {
  const client = new Client();
  client.say('first');
  await expect.poll(() => heard).toEqual(['came', 'first']);
  client.say('last');
  client.leave();
  await expect.poll(() => heard).toEqual(['came', 'first', 'last', 'left']);
});

test('words of two clients that nobody can part count as those of the one who is there', async () => {
  const first = new Client();
  first.say('a');
  await expect.poll(() => heard).toEqual(['came', 'a']);
  first.say('b');
  first.leave();
  const second = new Client();
  second.say('c');
  await expect.poll(() => heard.slice(4).join('')).toBe('bc');
  // They come in one piece or in two, as they were read.
  expect(heard.slice(0, 4)).toEqual(['came', 'a', 'left', 'came']);
  second.leave();
});

test('an answer to a client that has gone does not reach the one who is there by then', async () => {
  for (const hasUnread of [false, true]) {
    heard.length = 0;
    const first = new Client();
    first.say('question');
    await expect.poll(() => heard).toEqual(['came', 'question']);
    expect(pty.write(Buffer.from('unread'))).toBe(true);
    if (hasUnread) first.say('another');
    first.leave();
    const second = new Client();
    expect(pty.write(Buffer.from('answer to the first'))).toBe(false);
    await expect.poll(() => heard.at(-1)).toBe('came');
    expect(heard.slice(2)).toEqual(hasUnread ? ['another', 'left', 'came'] : ['left', 'came']);
    expect(pty.write(Buffer.from('for the second'))).toBe(true);
    let read = '';
    await expect.poll(() => (read += second.read())).toContain('second');
    expect(read).toBe('for the second');
    second.leave();
    await expect.poll(() => heard.at(-1)).toBe('left');
  }
});
