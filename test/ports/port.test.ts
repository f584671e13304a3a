import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ManualClock, SignalboxError } from '../../src/kernel/index.ts';
import { WaitGraph } from '../../src/locks/index.ts';
import { mapTransaction, Port } from '../../src/ports/index.ts';
import type { Chain, PortOptions, Transaction } from '../../src/ports/index.ts';
import { ask, owner } from '../support/line-transaction.ts';
import { MemoryBench } from '../support/memory-link.ts';
import type { Peer } from '../support/memory-link.ts';

const echo: Peer = (request, side) => side.reply(`re ${request}`);
const silence: Peer = () => {};

async function openPort(
  peer: Peer,
  options: Partial<PortOptions> = {},
): Promise<{ port: Port; bench: MemoryBench; clock: ManualClock }> {
  const bench = new MemoryBench(peer);
  const clock = new ManualClock(undefined, turnOfLoop);
  const port = new Port({ name: 'bus', link: bench, clock, ...options });
  port.open();
  await clock.advance(0);
  return { port, bench, clock };
}

/** A read that may be merged with others of the same text. */
function read(text: string, more: Partial<Transaction<string>> = {}): Transaction<string> {
  return ask(text, { repeat: 'safe', merge: { key: text }, ...more });
}

describe('a port', () => {
  it('puts one request on the wire at a time, from its first byte to the last of its reply', async () => {
    const open: string[] = [];
    const { port, clock, bench } = await openPort((request, side) => {
      open.push(request);
      expect(open).toHaveLength(1);
      clock.schedule(5, () => {
        open.pop();
        side.reply(`re ${request}`);
      });
    });
    const replies = Promise.all(
      Array.from({ length: 20 }, (_, n) => port.transact(ask(`q${n}`), owner())),
    );
    await clock.advance(200);
    expect(await replies).toEqual(Array.from({ length: 20 }, (_, n) => `re q${n}`));
    expect(bench.written).toHaveLength(20);
  });

  it('gives a late reply to nobody', async () => {
    const { port, clock, bench } = await openPort(
      (request, side) => {
        clock.schedule(request === 'slow\n' ? 150 : 1, () => side.reply(`re ${request}`));
      },
      { resynchronization: { kind: 'quiet', quietMs: 80 } },
    );
    const slow = port.transact(ask('slow'), owner());
    const next = port.transact(ask('next'), owner());
    slow.catch(() => {});
    await clock.advance(1_000);
    await expect(slow).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await next).toBe('re next');
    expect(port.statistics().quarantined).toBe(1);
    expect(bench.written).toEqual(['slow\n', 'next\n']);
  });

  it('opens the link anew after a reply that did not come, where nothing better is declared', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      if (request !== 'lost\n') side.reply(`re ${request}`);
    });
    const lost = port.transact(ask('lost'), owner());
    lost.catch(() => {});
    await clock.advance(2_000);
    await expect(lost).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(bench.opens).toBe(2);
    const next = port.transact(ask('next'), owner());
    await clock.advance(1);
    expect(await next).toBe('re next');
  });

  it('asks a sentinel and drops what comes before its answer', async () => {
    const sentinel = ask('id?', {
      repeat: 'safe',
      attempt: () => ({
        request: new TextEncoder().encode('id?\n'),
        reader: {
          push(data) {
            const text = new TextDecoder().decode(data);
            const at = text.indexOf('me\n');
            if (at < 0) return { kind: 'foreign', reason: 'late', rest: new Uint8Array() };
            return { kind: 'done', reply: 'me', rest: data.subarray(at + 3) };
          },
        },
      }),
    });
    const { port, clock } = await openPort(
      (request, side) => {
        if (request === 'id?\n') clock.schedule(60, () => side.reply('me\n'));
        else if (request === 'slow\n') clock.schedule(130, () => side.reply('late\n'));
        else side.reply(`re ${request}`);
      },
      { resynchronization: { kind: 'sentinel', sentinel } },
    );
    const slow = port.transact(ask('slow'), owner());
    const next = port.transact(ask('next'), owner());
    slow.catch(() => {});
    await clock.advance(2_000);
    expect(await next).toBe('re next');
  });

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

  it('answers identical reads that wait together with one wire transaction', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const replies = Promise.all([
      port.transact(ask('first'), owner()),
      ...Array.from({ length: 10 }, () => port.transact(read('v?'), owner())),
    ]);
    await clock.advance(100);
    expect(new Set(await replies)).toEqual(new Set(['re first', 're v?']));
    expect(bench.written).toEqual(['first\n', 'v?\n']);
    expect(port.statistics()).toMatchObject({
      operations: 11,
      wireTransactions: 2,
      mergedOperations: 9,
    });
  });

  it('does not merge a read with one that is on the wire already, as its value may be older', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const first = port.transact(read('v?'), owner());
    await clock.advance(1);
    const second = port.transact(read('v?'), owner());
    await clock.advance(20);
    await Promise.all([first, second]);
    expect(bench.written).toEqual(['v?\n', 'v?\n']);
  });

  it("lets no owner's read overtake its own write by merging", async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const [one, two] = [owner(), owner()];
    const replies = Promise.all([
      port.transact(ask('busy'), one),
      port.transact(read('v?'), one),
      port.transact(ask('set 1'), two),
      port.transact(read('v?'), two),
    ]);
    await clock.advance(100);
    await replies;
    expect(bench.written).toEqual(['busy\n', 'set 1\n', 'v?\n']);
  });

  it('puts reads of one chain into one message, and sends them singly when that is refused', async () => {
    const chain: Chain = {
      combine: (parts) => ({
        transaction: {
          label: 'chain',
          timeoutMs: 100,
          repeat: 'safe',
          attempt: () => ({
            request: new TextEncoder().encode(`${parts.map(({ label }) => label).join('+')}\n`),
            reader: {
              push: (data) => {
                const text = new TextDecoder().decode(data).trim();
                return text === 'no'
                  ? {
                      kind: 'refused',
                      error: new SignalboxError('INSTRUMENT_ERROR', 'one is unknown'),
                      rest: new Uint8Array(),
                    }
                  : { kind: 'done', reply: text.split('+'), rest: new Uint8Array() };
              },
            },
          }),
        },
        taken: parts.length,
      }),
    };
    const { port, clock, bench } = await openPort((request, side) => {
      const text = request.trim();
      clock.schedule(1, () => {
        if (text.includes('+')) side.reply(text.includes('bad') ? 'no\n' : `${text}\n`);
        else side.reply(text === 'bad' ? '!unknown\n' : `${text}\n`);
      });
    });
    const of = (text: string): Transaction<string> => read(text, { merge: { key: text, chain } });
    const good = Promise.all([
      port.transact(ask('busy'), owner()),
      ...['a', 'b', 'c', 'a'].map((text) => port.transact(of(text), owner())),
    ]);
    await clock.advance(50);
    expect(await good).toEqual(['busy', 'a', 'b', 'c', 'a']);
    expect(bench.written).toEqual(['busy\n', 'a+b+c\n']);
    const mixed = Promise.allSettled([
      port.transact(ask('busy'), owner()),
      ...['a', 'bad'].map((text) => port.transact(of(text), owner())),
    ]);
    await clock.advance(50);
    expect(await mixed).toMatchObject([
      { value: 'busy' },
      { value: 'a' },
      { reason: { code: 'INSTRUMENT_ERROR' } },
    ]);
  });

  it('answers from a reply that is young enough, but not from one before a write', async () => {
    const { port, clock, bench } = await openPort(echo);
    const young = { ...read('v?'), maxAgeMs: 1_000 };
    await port.transact(young, owner());
    await port.transact(young, owner());
    expect(bench.written).toEqual(['v?\n']);
    await port.transact(ask('set 1'), owner());
    await port.transact(young, owner());
    expect(bench.written).toEqual(['v?\n', 'set 1\n', 'v?\n']);
    await clock.advance(1_001);
    await port.transact(young, owner());
    expect(bench.written).toHaveLength(4);
  });

  it('keeps the replies of one instrument when another is written', async () => {
    const { port, bench } = await openPort(echo);
    const of = (scope: string): Transaction<string> =>
      read(`${scope}?`, { scope, maxAgeMs: 1_000, merge: { key: scope } });
    await port.transact(of('node 3'), owner());
    await port.transact(of('node 5'), owner());
    await port.transact(ask('set', { scope: 'node 3' }), owner());
    await port.transact(of('node 5'), owner());
    await port.transact(of('node 3'), owner());
    expect(bench.written).toEqual(['node 3?\n', 'node 5?\n', 'set\n', 'node 3?\n']);
  });

  it('serves a poll under a flood of interactive requests after at most ten transactions', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(1, () => side.reply(`re ${request}`));
    });
    const flood = Array.from({ length: 50 }, (_, n) => port.transact(ask(`f${n}`), owner()));
    const poll = port.transact(ask('poll'), owner(), { priority: 'poll' });
    await clock.advance(200);
    await Promise.all([...flood, poll]);
    expect(bench.written.indexOf('poll\n')).toBeLessThanOrEqual(10);
  });

  it('lets owners take turns, however many requests one of them has in line', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(1, () => side.reply(`re ${request}`));
    });
    const [greedy, modest] = [owner(), owner()];
    const all = [
      ...Array.from({ length: 10 }, (_, n) => port.transact(ask(`g${n}`), greedy)),
      port.transact(ask('m'), modest),
    ];
    await clock.advance(50);
    await Promise.all(all);
    expect(bench.written.indexOf('m\n')).toBeLessThanOrEqual(2);
  });

  it('ends every wait: the error names what is on the wire', async () => {
    const { port, clock } = await openPort((request, side) => {
      clock.schedule(90, () => side.reply(`re ${request}`));
    });
    const first = port.transact(ask('long'), owner('holder.py'));
    const second = port.transact(ask('short'), owner(), { waitMs: 20 });
    second.catch(() => {});
    await clock.advance(200);
    await first;
    await expect(second).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      message: expect.stringContaining('in use by holder.py'),
    });
  });

  it('drops a cancelled request from the line at once, and its reply when it is on the wire', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(10, () => side.reply(`re ${request}`));
    });
    const onWire = new AbortController();
    const inLine = new AbortController();
    const all = Promise.allSettled([
      port.transact(ask('one'), owner(), { signal: onWire.signal }),
      port.transact(ask('two'), owner(), { signal: inLine.signal }),
      port.transact(ask('three'), owner()),
    ]);
    await clock.advance(1);
    onWire.abort();
    inLine.abort();
    await clock.advance(100);
    expect(await all).toMatchObject([
      { reason: { code: 'CANCELLED' } },
      { reason: { code: 'CANCELLED' } },
      { value: 're three' },
    ]);
    expect(bench.written).toEqual(['one\n', 'three\n']);
  });

  it('settles everybody when it is closed, also a hundred that wait', async () => {
    const { port, clock } = await openPort(silence);
    const all = Promise.allSettled(
      Array.from({ length: 101 }, (_, n) => port.transact(ask(`q${n}`), owner())),
    );
    const leasing = port.lease({ by: owner(), waitMs: 60_000, holdMs: 1_000 });
    leasing.catch(() => {});
    await clock.advance(1);
    await port.close();
    const results = await all;
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(101);
    for (const result of results.slice(1)) {
      expect(result).toMatchObject({ reason: { code: 'CLOSED' } });
    }
    await expect(leasing).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(port.transact(ask('more'), owner())).rejects.toMatchObject({ code: 'CLOSED' });
    expect(clock.pendingCount).toBe(0);
  });

  it('finishes what is in line before it closes in an orderly way', async () => {
    const { port, clock } = await openPort((request, side) => {
      clock.schedule(5, () => side.reply(`re ${request}`));
    });
    const all = Promise.all([1, 2, 3].map((n) => port.transact(ask(`q${n}`), owner())));
    const drained = port.drain();
    await expect(port.transact(ask('late'), owner())).rejects.toMatchObject({ code: 'CLOSED' });
    await clock.advance(50);
    await drained;
    expect(await all).toEqual(['re q1', 're q2', 're q3']);
    expect(port.status().state).toBe('closed');
  });
});

describe('a port whose link breaks', () => {
  it('comes back by itself and keeps those who wait', async () => {
    let broken = false;
    const { port, clock, bench } = await openPort((request, side) => {
      if (!broken) {
        broken = true;
        side.unplug();
      } else side.reply(`re ${request}`);
    });
    const reading = port.transact(read('v?'), owner());
    const waiting = port.transact(ask('set 1'), owner());
    await clock.advance(3_000);
    expect(await reading).toBe('re v?');
    expect(await waiting).toBe('re set 1');
    expect(bench.opens).toBe(2);
    expect(port.statistics().reconnects).toBe(1);
  });

  it('never gives up, and says why it is not open', async () => {
    const { port, clock, bench } = await openPort(echo);
    bench.openFailure = new SignalboxError('PORT_ABSENT', '/dev/ttyUSB0 is not there');
    bench.current?.side.unplug();
    await clock.advance(1);
    const impatient = port.transact(ask('v?'), owner(), { waitMs: 50 });
    impatient.catch(() => {});
    await clock.advance(100_000);
    await expect(impatient).rejects.toMatchObject({
      code: 'PORT_ABSENT',
      message: expect.stringContaining('/dev/ttyUSB0 is not there'),
    });
    expect(port.status()).toMatchObject({ state: 'absent', reason: '/dev/ttyUSB0 is not there' });
    expect(bench.opens).toBeGreaterThan(50);
    bench.openFailure = undefined;
    await clock.advance(1_001);
    expect(port.status().state).toBe('open');
    await expect(port.transact(ask('v?'), owner())).resolves.toBe('re v?');
  });

  it('hands the device to another program and takes it back', async () => {
    const { port, clock, bench } = await openPort(echo);
    await port.release(owner('operator'));
    expect(port.status().state).toBe('released');
    await expect(port.transact(ask('v?'), owner())).rejects.toMatchObject({
      code: 'PORT_RELEASED',
      message: expect.stringContaining('operator'),
    });
    await clock.advance(10_000);
    expect(bench.opens).toBe(1);
    port.reclaim(owner('operator'));
    await clock.advance(1);
    await expect(port.transact(ask('v?'), owner())).resolves.toBe('re v?');
  });
});

describe('a bus with a dead instrument', () => {
  const scope = 'node 9';

  it('costs its neighbours its timeout once a probe, not once a request', async () => {
    const { port, clock, bench } = await openPort(
      (request, side) => {
        if (!request.startsWith('dead')) side.reply(`re ${request}`);
      },
      { resynchronization: { kind: 'none' } },
    );
    const all = Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => port.transact(read(`dead${n}`, { scope }), owner())),
    );
    await clock.advance(500);
    const results = await all;
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(bench.written).toHaveLength(3);
    await expect(port.transact(read('dead', { scope }), owner())).rejects.toMatchObject({
      code: 'INSTRUMENT_OFFLINE',
    });
    await expect(port.transact(ask('alive', { scope: 'node 3' }), owner())).resolves.toBe(
      're alive',
    );
    expect(port.status().circuits[scope]).toMatchObject({ state: 'offline' });
  });

  it('sends one probe after a while, and comes back when that is answered', async () => {
    let dead = true;
    const { port, clock, bench } = await openPort(
      (request, side) => {
        if (!dead) side.reply(`re ${request}`);
      },
      { resynchronization: { kind: 'none' } },
    );
    const first = port.transact(read('a', { scope }), owner());
    first.catch(() => {});
    await clock.advance(2_000);
    const probe = port.transact(read('b', { scope }), owner());
    const turnedAway = port.transact(read('c', { scope }), owner());
    for (const each of [probe, turnedAway]) each.catch(() => {});
    await clock.advance(5_000);
    await expect(turnedAway).rejects.toMatchObject({ code: 'INSTRUMENT_OFFLINE' });
    await expect(probe).rejects.toMatchObject({ code: 'INSTRUMENT_TIMEOUT' });
    expect(bench.written.filter((text) => text === 'b\n')).toHaveLength(1);
    dead = false;
    await expect(port.transact(read('d', { scope }), owner())).resolves.toBe('re d');
    expect(port.status().circuits).toEqual({});
  });
});

describe('a lease', () => {
  const holding = { waitMs: 1_000, holdMs: 10_000 };

  it('keeps everybody else off the wire until it is released', async () => {
    const { port, clock, bench } = await openPort(echo);
    const lease = await port.lease({ by: owner(), ...holding });
    const other = port.transact(ask('other'), owner());
    await lease.transact(ask('mine'));
    await clock.advance(100);
    expect(bench.written).toEqual(['mine\n']);
    await lease.release();
    expect(await other).toBe('re other');
  });

  it('moves no byte once it has expired, in or out', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(50, () => side.reply(`re ${request}`));
    });
    const lease = await port.lease({ by: owner(), waitMs: 1_000, holdMs: 80 });
    const first = lease.transact(ask('first'));
    const second = lease.transact(ask('second'));
    const third = lease.transact(ask('third'));
    for (const each of [second, third]) each.catch(() => {});
    await clock.advance(1_000);
    expect(await first).toBe('re first');
    await expect(second).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(third).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(lease.transact(ask('fourth'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(bench.written).toEqual(['first\n', 'second\n']);
    expect(lease.lost.aborted).toBe(true);
  });

  it('of one instrument keeps the others free, and excludes one of the whole port', async () => {
    const { port, clock, bench } = await openPort(echo);
    const three = await port.lease({ by: owner(), scope: 'node 3', ...holding });
    const whole = port.lease({ by: owner(), ...holding });
    await port.transact(ask('five', { scope: 'node 5' }), owner());
    const blocked = port.transact(ask('three', { scope: 'node 3' }), owner());
    await clock.advance(10);
    expect(bench.written).toEqual(['five\n']);
    await three.release();
    const lease = await whole;
    const child = port.transact(ask('child', { scope: 'node 5' }), owner());
    await clock.advance(10);
    expect(bench.written).toEqual(['five\n']);
    await lease.release();
    await Promise.all([blocked, child]);
    expect(bench.written).toEqual(['five\n', 'three\n', 'child\n']);
  });

  it('is shared by those who name the same key', async () => {
    const { port, clock, bench } = await openPort(echo);
    const shared = { mode: { shared: 'bench' }, ...holding };
    const [one, two] = [
      await port.lease({ by: owner(), ...shared }),
      await port.lease({ by: owner(), ...shared }),
    ];
    const stranger = port.transact(ask('stranger'), owner());
    await one.transact(ask('one'));
    await two.transact(ask('two'));
    await one.release();
    await clock.advance(10);
    expect(bench.written).toEqual(['one\n', 'two\n']);
    await two.release();
    await stranger;
  });

  it('ends with the connection that it is bound to', async () => {
    const { port } = await openPort(echo);
    const connection = new AbortController();
    const lease = await port.lease({ by: owner(), ...holding, boundTo: connection.signal });
    connection.abort();
    expect(lease.lost.aborted).toBe(true);
    await expect(port.transact(ask('next'), owner())).resolves.toBe('re next');
  });

  it('is broken by an operator, with a trace in the audit', async () => {
    const { port } = await openPort(echo);
    const audited: unknown[] = [];
    port.events.on('audit', (entry) => audited.push(entry));
    const lease = await port.lease({ by: owner('stuck.py'), ...holding });
    port.breakLease(lease.id, owner('operator'), 'it hangs');
    await expect(lease.transact(ask('x'))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(audited).toMatchObject([{ action: 'break-lease', reason: 'it hangs' }]);
    expect(() => port.breakLease(lease.id, owner(), '')).toThrow(/no lease/);
  });

  it('is renewed, but not without end while others wait', async () => {
    const { port, clock } = await openPort(echo);
    const lease = await port.lease({ by: owner(), waitMs: 100, holdMs: 30_000 });
    await clock.advance(20_000);
    expect(lease.renew()).toBe(30_000);
    const other = port.transact(ask('other'), owner(), { waitMs: 200_000 });
    await clock.advance(29_000);
    expect(lease.renew()).toBeLessThan(30_000);
    await clock.advance(5_000);
    expect(() => lease.renew()).toThrow(/waited for/);
    await clock.advance(20_000);
    expect(await other).toBe('re other');
  });

  it('is not passed by safety requests, which pass the line', async () => {
    const { port, clock, bench } = await openPort((request, side) => {
      clock.schedule(1, () => side.reply(`re ${request}`));
    });
    const all: Promise<unknown>[] = [1, 2, 3].map((n) => port.transact(ask(`q${n}`), owner()));
    await clock.advance(0);
    all.push(port.transact(ask('stop'), owner(), { priority: 'safety' }));
    await clock.advance(20);
    await Promise.all(all);
    expect(bench.written[1]).toBe('stop\n');
    const lease = await port.lease({ by: owner(), ...holding });
    const safety = port.transact(ask('again'), owner(), { priority: 'safety' });
    await clock.advance(20);
    expect(bench.written).toHaveLength(4);
    await lease.release();
    await clock.advance(20);
    await safety;
  });

  it('is broken by what cannot wait, for those who have the right', async () => {
    const { port, clock, bench } = await openPort(echo);
    const audited: unknown[] = [];
    port.events.on('audit', (entry) => audited.push(entry));
    const lease = await port.lease({ by: owner(), scope: 'node 3', ...holding });
    const other = await port.lease({ by: owner(), scope: 'node 5', ...holding });
    const stop = port.transact(ask('stop', { scope: 'node 3' }), owner(), {
      priority: 'safety',
      breakLeases: 'over-temperature',
    });
    await clock.advance(10);
    expect(await stop).toBe('re stop');
    expect(bench.written).toEqual(['stop\n']);
    expect([lease.lost.aborted, other.lost.aborted]).toEqual([true, false]);
    expect(audited).toMatchObject([
      { action: 'safety' },
      { action: 'break-lease', reason: 'over-temperature' },
    ]);
  });

  it('is refused when waiting for it would close a cycle over two ports', async () => {
    const graph = new WaitGraph();
    const { port: left } = await openPort(echo, { graph });
    const { port: right } = await openPort(echo, { graph, name: 'meter' });
    const [anna, bert] = [owner('anna.py'), owner('bert.py')];
    await left.lease({ by: anna, ...holding });
    await right.lease({ by: bert, ...holding });
    const waiting = left.lease({ by: bert, ...holding });
    waiting.catch(() => {});
    await expect(right.transact(ask('x'), anna)).rejects.toMatchObject({
      code: 'DEADLOCK',
      message: expect.stringMatching(/anna\.py.*meter.*bert\.py.*bus.*anna\.py/s),
    });
    await left.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it("gives the wire's bytes as they are, and none after its end", async () => {
    const { port, clock, bench } = await openPort((request, side) => side.reply(`<${request}>`));
    const lease = await port.lease({ by: owner(), ...holding });
    const raw = lease.raw();
    await raw.write(new TextEncoder().encode('abc'));
    await clock.advance(1);
    expect(new TextDecoder().decode(await raw.read(3, { timeoutMs: 100 }))).toBe('<ab');
    expect(new TextDecoder().decode(await raw.read(99, { timeoutMs: 100 }))).toBe('c>');
    await lease.release();
    await expect(raw.write(new Uint8Array(1))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(raw.read(1, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(bench.written).toEqual(['abc']);
  });
});
