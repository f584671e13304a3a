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
