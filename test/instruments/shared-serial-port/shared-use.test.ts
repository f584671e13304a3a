import { describe, expect, test } from 'vitest';

import { SharedSerialPort } from '../../../src/instruments/index.ts';
import type { SharedSerialPortOptions } from '../../../src/instruments/index.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import type { Clock } from '../../../src/kernel/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { count } from '../../support/count.ts';
import { ask, owner } from '../../support/line-transaction.ts';
import { MemoryBench } from '../../support/memory-link.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';

/** A shared port on a line whose other end answers `re …` to whatever ends with `?`. */
function sharedLine(options: Partial<SharedSerialPortOptions> & { readonly clock?: Clock } = {}): {
  readonly bench: MemoryBench;
  readonly line: Port;
  readonly port: SharedSerialPort;
} {
  const { clock } = options;
  const bench = new MemoryBench((text, side) => {
    if (text.endsWith('?\n')) side.reply(`re ${text}`);
  });
  const line = new Port({ name: 'line', link: bench, ...(clock === undefined ? {} : { clock }) });
  line.open();
  return { bench, line, port: new SharedSerialPort({ path: '/dev/line', port: line, ...options }) };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('a shared serial port', () => {
  test('keeps everybody else off the wire while a guard is held, whatever they come with', async () => {
    const { bench, line, port } = sharedLine();
    await using _line = line;
    const guard = await port.acquire('actor', 1_000);
    const other = line.transact(ask('other?'), owner());
    await guard.writeAll(bytes('mine '));
    await guard.writeAll(bytes('too\n'));
    expect(bench.written).toEqual(['mine ', 'too\n']);
    await guard.release();
    expect(await other).toBe('re other?');
  });

  test('gives each of many actors its own answers, in turns, and nobody waits for ever', async () => {
    const { bench, line, port } = sharedLine();
    await using _line = line;
    const random = randomFrom();
    let asked = '';
    bench.peer = (text, side) => {
      asked += text;
      if (!asked.endsWith('\n')) return;
      side.reply(`re ${asked}`);
      asked = '';
    };
    let inside = 0;
    const actor = async (name: string): Promise<void> => {
      for (let turn = 0; turn < count(200); turn += 1) {
        await using guard = await port.acquire(name, 20_000);
        inside += 1;
        expect(inside, `seed ${seed}`).toBe(1);
        expect(port.currentOwner()).toBe(name);
        const question = `${name} ${turn}?\n`;
        // In pieces, between which others would get in.
        const cut = Math.floor(random() * question.length);
        await guard.writeAll(bytes(question.slice(0, cut)));
        await guard.writeAll(bytes(question.slice(cut)));
        let answer = '';
        while (!answer.endsWith('\n')) answer += Buffer.from(await guard.read(5)).toString();
        expect(answer, `seed ${seed}`).toBe(`re ${question}`);
        inside -= 1;
      }
    };
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(actor));
    expect(port.isAvailable()).toBe(true);
    expect(line.status()).toMatchObject({ queue: [], leases: [] });
  });

  test('is free again when the work of its holder fails', async () => {
    const { line, port } = sharedLine();
    await using _line = line;
    const work = async (): Promise<void> => {
      await using _guard = await port.acquire('clumsy', 1_000);
      throw new Error('the work failed');
    };
    await expect(work()).rejects.toThrow('the work failed');
    expect(port.isAvailable()).toBe(true);
  });

  test('lets an actor wait exactly as long as it said, and those behind it not a moment longer', async () => {
    const clock = new ManualClock();
    const { line, port } = sharedLine({ clock });
    await clock.advance(0);
    await using _guard = await port.acquire('holder', 0);
    const ended: [string, number][] = [];
    for (const [name, timeoutMs] of [['patient', 300] as const, ['hasty', 100] as const]) {
      port.acquire(name, timeoutMs).catch(() => void ended.push([name, clock.monotonic()]));
    }
    await clock.advance(1_000);
    expect(ended).toEqual([
      ['hasty', 100],
      ['patient', 300],
    ]);
    expect(line.status().queue).toEqual([]);
  });

  test.each([Number.POSITIVE_INFINITY, Number.NaN])('does not wait %s ms', async (timeoutMs) => {
    const { line, port } = sharedLine();
    await using _line = line;
    await expect(port.acquire('eternal', timeoutMs)).rejects.toMatchObject({
      code: 'BAD_ARGUMENT',
    });
  });

  test('is not set as no serial line can be', () => {
    const options = { path: '/dev/line', stopBits: 3 as 2 };
    expect(() => new SharedSerialPort(options)).toThrow('stopBits is 3');
  });
});

describe('a guard', () => {
  test('gives what does not fit into one buffer with the next read', async () => {
    const { bench, line, port } = sharedLine();
    await using _line = line;
    await using guard = await port.acquire('actor', 1_000);
    // No room at all is no reason to wait.
    expect(await guard.read(new Uint8Array())).toBe(0);
    bench.current?.side.reply('abcdef');
    bench.current?.side.reply('gh');
    const buffer = new Uint8Array(4);
    expect(await guard.read(buffer)).toBe(4);
    expect(Buffer.from(buffer).toString()).toBe('abcd');
    expect(await guard.read(buffer)).toBe(2);
    expect(Buffer.from(await guard.read(10)).toString()).toBe('gh');
  });

  test('ends a read that is taken back, and reads on afterwards', async () => {
    const { bench, line, port } = sharedLine();
    await using _line = line;
    await using guard = await port.acquire('actor', 1_000);
    const stop = new AbortController();
    const reading = guard.read(8, stop.signal);
    const refused = expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    stop.abort();
    await refused;
    bench.current?.side.reply('late');
    expect(Buffer.from(await guard.read(8)).toString()).toBe('late');
  });

  test('fails while the line is gone, and goes on when it is back', async () => {
    const { bench, line, port } = sharedLine();
    await using _line = line;
    await using guard = await port.acquire('actor', 1_000);
    const reading = guard.read(8);
    const refused = expect(reading).rejects.toMatchObject({ fault: 'link' });
    bench.current?.side.unplug();
    await expect(guard.writeAll(bytes('x'))).rejects.toMatchObject({ fault: 'link' });
    await refused;
    await expect.poll(() => line.status().state).toBe('open');
    await guard.writeAll(bytes('again?\n'));
    expect(Buffer.from(await guard.read(64)).toString()).toBe('re again?\n');
  });

  test('keeps the port as long as it is used, and ends when it is not', async () => {
    const clock = new ManualClock();
    const { line, port } = sharedLine({ clock, holdMs: 100 });
    await clock.advance(0);
    const guard = await port.acquire('busy', 0);
    for (let use = 0; use < 5; use += 1) {
      await clock.advance(90);
      await guard.writeAll(bytes('x'));
    }
    expect(port.currentOwner()).toBe('busy');
    await clock.advance(101);
    expect(guard.lost.aborted).toBe(true);
    expect(port.isAvailable()).toBe(true);
    await line.close();
  });
});
