import { describe, expect, it } from 'vitest';
import { mapTransaction } from '../../src/ports/index.ts';
import type { Transaction } from '../../src/ports/index.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { openPort, read, silence } from './open-port.ts';

describe('what is sent again when a reply is lost', () => {
  it('repeats a read whose reply is lost within its budget, then lists the attempts', async () => {
    const { port, clock, bench } = await openPort(silence, { resynchronization: { kind: 'none' } });
    const reading = port.transact(read('v?'), owner());
    reading.catch(() => {});
    await clock.advance(2_000);
    await expect(reading).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
      message: expect.stringContaining('failed 3 times'),
      details: { attempts: [{}, {}, {}] },
    });
    expect(bench.written).toEqual(['v?\n', 'v?\n', 'v?\n']);
  });

  it('serves others while a read waits to be repeated', async () => {
    const { port, clock, bench } = await openPort(
      (request, side) => {
        if (request !== 'dead?\n') side.reply(`re ${request}`);
      },
      { resynchronization: { kind: 'none' } },
    );
    const dead = port.transact(read('dead?'), owner());
    dead.catch(() => {});
    await clock.advance(101);
    const alive = port.transact(read('alive?'), owner());
    await clock.advance(1);
    expect(await alive).toBe('re alive?');
    expect(bench.written).toEqual(['dead?\n', 'alive?\n']);
    await clock.advance(2_000);
    await expect(dead).rejects.toMatchObject({ code: 'INSTRUMENT_TIMEOUT' });
  });

  it('never repeats a write', async () => {
    const { port, clock, bench } = await openPort(silence, { resynchronization: { kind: 'none' } });
    const writing = port.transact(ask('set 1'), owner());
    writing.catch(() => {});
    await clock.advance(5_000);
    await expect(writing).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(bench.written).toEqual(['set 1\n']);
  });

  it('reads a write back whose acknowledgement is lost, and repeats it only if it took no effect', async () => {
    let value = 0;
    let heard = 0;
    const { port, clock, bench } = await openPort(
      (request, side) => {
        if (request === 'v?\n') side.reply(`${value}\n`);
        else {
          heard += 1;
          // The first write is lost on its way; of the second only the acknowledgement is.
          if (heard > 1) value = Number(request.slice(4));
        }
      },
      { resynchronization: { kind: 'none' } },
    );
    const readBack: Transaction<boolean> = {
      label: 'v?',
      timeoutMs: 100,
      repeat: 'safe',
      attempt: () => ({
        request: new TextEncoder().encode('v?\n'),
        reader: {
          push: (data) => ({
            kind: 'done',
            reply: new TextDecoder().decode(data) === '7\n',
            rest: new Uint8Array(),
          }),
        },
      }),
    };
    const write = ask('set 7', { repeat: 'verify', verification: { readBack, reply: 'ok' } });
    const writing = port.transact(write, owner());
    const other = port.transact(ask('v?'), owner());
    await clock.advance(1_000);
    expect(await writing).toBe('ok');
    expect(bench.written).toEqual(['set 7\n', 'v?\n', 'set 7\n', 'v?\n', 'v?\n']);
    expect(await other).toBe('7');
  });

  it('asks a question only once when asking may change something', async () => {
    const { port, clock, bench } = await openPort(silence, { resynchronization: { kind: 'none' } });
    const asking = port.transact(ask('READ?', { repeat: 'once' }), owner());
    asking.catch(() => {});
    await clock.advance(5_000);
    await expect(asking).rejects.toMatchObject({ code: 'INSTRUMENT_TIMEOUT' });
    expect(bench.written).toEqual(['READ?\n']);
  });

  it('gives up on a write that never takes effect after a bounded number of repetitions', async () => {
    const { port, clock, bench } = await openPort(
      (request, side) => {
        if (request === 'v?\n') side.reply('no\n');
      },
      { resynchronization: { kind: 'none' } },
    );
    const readBack = mapTransaction(ask('v?', { repeat: 'safe' }), (reply) => reply === 'yes');
    const write = ask('set 7', { repeat: 'verify', verification: { readBack, reply: 'ok' } });
    const writing = port.transact(write, owner());
    writing.catch(() => {});
    await clock.advance(5_000);
    await expect(writing).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(bench.written.filter((text) => text === 'set 7\n')).toHaveLength(3);
  });
});
