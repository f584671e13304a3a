import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { FaultyLinks, Pty, serialLinkFactory } from '../../../src/links/index.ts';
import type { Link, LinkFaultRule } from '../../../src/links/index.ts';
import { linkFaultRulesMost } from '../../../src/links/faulty/link-fault-plan.ts';
import { randomFrom } from '../../support/random.ts';

const forever = new AbortController().signal;
let pty: Pty;
let faults: FaultyLinks;
let link: Link;

beforeEach(async () => {
  pty = await Pty.open();
  faults = faultyLinks();
});

afterEach(async () => {
  await link.close();
  await pty.close();
});

function faultyLinks(salt = 0): FaultyLinks {
  return new FaultyLinks(serialLinkFactory({ path: pty.path }), { random: randomFrom(salt) });
}

async function open(...rules: LinkFaultRule[]): Promise<void> {
  for (const rule of rules) faults.addFault(rule);
  link = faults.create();
  await link.open(forever);
}

async function send(text: string): Promise<void> {
  await link.write(Buffer.from(text), { end: true, signal: forever });
}

async function received(): Promise<string> {
  return Buffer.from((await link.read(forever)).data).toString();
}

/** What the other end gets until it has so many bytes. */
async function arrived(bytes: number): Promise<string> {
  let text = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  using _listener = pty.onData((data) => {
    text += Buffer.from(data).toString('latin1');
    if (text.length >= bytes) resolve();
  });
  await promise;
  return text;
}

describe('a link without a fault', () => {
  it('passes everything on', async () => {
    await open();
    expect(link.address).toBe(pty.path);
    const there = arrived(2);
    await send('ab');
    expect(await there).toBe('ab');
    pty.write(Buffer.from('cd'));
    expect(await received()).toBe('cd');
    await link.setLines?.({});
  });
});

describe('an error', () => {
  it('at the opening fails it and nothing else', async () => {
    faults.addFault({ at: 'open', fault: { kind: 'error', error: { errno: 'ENODEV' } }, times: 1 });
    link = faults.create();
    await expect(link.open(forever)).rejects.toMatchObject({
      code: 'LINK_USB',
      details: { errno: 'ENODEV', address: pty.path },
      cause: { code: 'ENODEV', errno: -19, syscall: 'open' },
    });
    link = faults.create();
    await link.open(forever);
  });

  it('at a write ends the read that is pending, and all that follows', async () => {
    await open({ at: 'write', fault: { kind: 'error', error: { text: 'Bad file descriptor' } } });
    const reading = link.read(forever);
    reading.catch(() => {});
    await expect(send('ab')).rejects.toMatchObject({ code: 'LINK_USB' });
    await expect(reading).rejects.toMatchObject({ code: 'LINK_USB' });
    await expect(send('cd')).rejects.toMatchObject({ code: 'LINK_USB' });
    await expect(link.read(forever)).rejects.toMatchObject({ code: 'LINK_USB' });
  });

  it('at a read comes in place of the bytes', async () => {
    await open({ at: 'read', after: 1, fault: { kind: 'error', error: { errno: 'EIO' } } });
    pty.write(Buffer.from('ab'));
    expect(await received()).toBe('ab');
    pty.write(Buffer.from('cd'));
    await expect(received()).rejects.toMatchObject({ code: 'LINK_USB', details: { errno: 'EIO' } });
    await expect(send('ef')).rejects.toMatchObject({ code: 'LINK_USB' });
  });

  it('of a network is one of communication', async () => {
    faults = new FaultyLinks(serialLinkFactory({ path: pty.path }), {
      random: randomFrom(1),
      medium: 'network',
    });
    faults.addFault({ at: 'open', fault: { kind: 'error', error: { errno: 'ECONNRESET' } } });
    link = faults.create();
    await expect(link.open(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
  });
});

describe('a hang', () => {
  it.each(['open', 'read', 'write'] as const)('at %s lasts until it is given up', async (at) => {
    faults.addFault({ at, fault: { kind: 'hang' }, times: 1 });
    link = faults.create();
    const giveUp = new AbortController();
    let isSettled = false;
    if (at !== 'open') await link.open(forever);
    if (at === 'read') pty.write(Buffer.from('lost'));
    const hanging = {
      open: () => link.open(giveUp.signal),
      read: () => link.read(giveUp.signal),
      write: async () => await link.write(Buffer.from('x'), { end: true, signal: giveUp.signal }),
    }[at]();
    hanging.then(
      () => (isSettled = true),
      () => (isSettled = true),
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isSettled).toBe(false);
    giveUp.abort();
    await expect(hanging).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('ends when the link is closed', async () => {
    await open({ at: 'write', fault: { kind: 'hang' } });
    const writing = send('x');
    writing.catch(() => {});
    await link.close();
    await expect(writing).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
  });
});

describe('a close by the other side', () => {
  it('at the opening makes it fail', async () => {
    faults.addFault({ at: 'open', fault: { kind: 'close' } });
    link = faults.create();
    await expect(link.open(forever)).rejects.toMatchObject({ code: 'LINK_USB' });
  });

  it('in the middle of a reply gives the half that came first', async () => {
    await open({ at: 'read', fault: { kind: 'close' } });
    pty.write(Buffer.from('abcd'));
    expect(await received()).toBe('ab');
    await expect(received()).rejects.toMatchObject({ code: 'LINK_USB' });
  });

  it('in the middle of a request lets the first half through', async () => {
    await open({ at: 'write', fault: { kind: 'close' } });
    const there = arrived(2);
    await expect(send('abcd')).rejects.toMatchObject({ code: 'LINK_USB' });
    expect(await there).toBe('ab');
  });
});

describe('lost and changed bytes', () => {
  it('lose the second half of what is read or written', async () => {
    await open(
      { at: 'read', fault: { kind: 'short' }, times: 1 },
      { at: 'write', fault: { kind: 'short' }, times: 1 },
    );
    pty.write(Buffer.from('abcd'));
    expect(await received()).toBe('ab');
    const there = arrived(4);
    await send('efgh');
    await send('ij');
    expect(await there).toBe('efij');
  });

  it('never give a read without a byte', async () => {
    const drawn = Promise.withResolvers<number>();
    faults = new FaultyLinks(serialLinkFactory({ path: pty.path }), {
      random: () => {
        drawn.resolve(0);
        return 0;
      },
    });
    await open({ at: 'read', fault: { kind: 'short' }, times: 1 });
    const reading = received();
    pty.write(Buffer.from('a'));
    await drawn.promise;
    pty.write(Buffer.from('b'));
    expect(await reading).toBe('b');
  });

  it('change some bytes, as the seed says, and never none', async () => {
    const outcomes: string[] = [];
    for (const salt of [7, 7, 8]) {
      faults = faultyLinks(salt);
      await open({ at: 'read', fault: { kind: 'garble' } });
      // What is said before the next client was noticed is for the last one.
      expect(pty.hasClient).toBe(true);
      pty.write(Buffer.from('abcdefgh'));
      outcomes.push(await received());
      await link.close();
    }
    const [first, again, other] = outcomes;
    expect(first).not.toBe('abcdefgh');
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

test('a rule that makes no sense is refused', async () => {
  await open();
  const error = { kind: 'error', error: { errno: 'ENOSUCHTHING' } } as const;
  expect(() => faults.addFault({ at: 'read', fault: error })).toThrow(/ENOSUCHTHING/);
  const hang = { at: 'read', fault: { kind: 'hang' } } as const;
  expect(() => faults.addFault({ ...hang, probability: 2 })).toThrow(/probability 2/);
  expect(() => faults.addFault({ ...hang, times: 0 })).toThrow(/0 times/);
  expect(() => faults.addFault({ ...hang, after: -1 })).toThrow(/after -1/);
  for (let rule = 0; rule < linkFaultRulesMost; rule += 1) faults.addFault(hang);
  expect(() => faults.addFault(hang)).toThrow(/1000 fault rules/);
  faults.clearFaults();
  faults.addFault(hang);
});
