import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DeviceControl, ScpiDriver } from '../../src/instruments/index.ts';
import { ManualClock, SignalboxError } from '../../src/kernel/index.ts';
import { clearLongestMs, Port } from '../../src/ports/index.ts';
import { owner } from '../support/line-transaction.ts';
import { MessageInstrument } from '../support/message-instrument.ts';
import type { Answer } from '../support/message-instrument.ts';

const driver = new ScpiDriver({ parameters: [], timeoutMs: 1_000, isMessageLink: true });
const control = new DeviceControl(1_000);

async function open(answer?: Answer): Promise<{
  readonly port: Port;
  readonly instrument: MessageInstrument;
  readonly clock: ManualClock;
}> {
  const instrument = new MessageInstrument(answer);
  const clock = new ManualClock(undefined, turnOfLoop);
  const resynchronization = { kind: 'clear' } as const;
  const port = new Port({ name: 'bus', link: instrument, clock, resynchronization });
  port.open();
  await clock.advance(0);
  return { port, instrument, clock };
}

describe('a link on which instruments speak only when asked', () => {
  it('is asked for a reply where one is due, and else not', async () => {
    const { port, instrument, clock } = await open();
    await port.transact(driver.send('RANGE 10'), owner());
    const read = port.transact(driver.query('VOLT?'), owner());
    await clock.advance(1);
    expect(await read).toBe('re VOLT?');
    expect(instrument.journal).toEqual(['open', 'write RANGE 10\n', 'write VOLT?\n', 'ask']);
  });

  it('ends a response with END, and not with a line feed in a block without length', async () => {
    const { port, clock } = await open(() => '#0one\ntwo\n');
    const read = port.transact(driver.query('CURVE?'), owner());
    await clock.advance(1);
    expect(await read).toBe('#0one\ntwo');
  });

  it('is cleared after a reply that did not come, which is then nobody’s', async () => {
    const late = Promise.withResolvers<string>();
    const { port, instrument, clock } = await open((message) =>
      message === 'SLOW?' ? late.promise : `re ${message}`,
    );
    const slow = expect(port.transact(driver.query('SLOW?'), owner())).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
    });
    await clock.advance(990);
    const next = port.transact(driver.query('NEXT?'), owner('next'));
    // The answer comes between the end of the wait and the clear.
    instrument.output.push('late');
    await clock.advance(1_100);
    await slow;
    expect(await next).toBe('re NEXT?');
    expect(instrument.journal.slice(3, 6)).toEqual(['clear', 'write NEXT?\n', 'ask']);
  });

  it('is cleared after an error that may have been that of an earlier message', async () => {
    const answered = Promise.withResolvers<string>();
    const { port, instrument, clock } = await open((message) =>
      message === 'B?' ? answered.promise : `re ${message}`,
    );
    const second = expect(port.transact(driver.query('B?'), owner())).rejects.toMatchObject({
      code: 'INSTRUMENT_ERROR',
    });
    await clock.advance(1);
    instrument.refusal = new SignalboxError('INSTRUMENT_ERROR', 'the command before was bad');
    instrument.current?.arrived();
    const third = port.transact(driver.query('C?'), owner());
    answered.resolve('re B?');
    await clock.advance(10);
    await second;
    expect(await third).toBe('re C?');
    expect(instrument.journal.slice(3, 5)).toEqual(['clear', 'write C?\n']);
    expect(port.statistics().reconnects).toBe(0);
  });

  it('stays open when another program has the instrument', async () => {
    const { port, instrument, clock } = await open();
    const { current } = instrument;
    if (current === undefined) throw new Error('no link');
    current.write = async () => {
      throw new SignalboxError('PORT_BUSY', 'another link has its lock');
    };
    const refused = port.transact(driver.query('A?'), owner());
    await expect(refused).rejects.toMatchObject({ code: 'PORT_BUSY' });
    Reflect.deleteProperty(current, 'write');
    const next = port.transact(driver.query('B?'), owner());
    await clock.advance(10);
    expect(await next).toBe('re B?');
    expect(port.statistics().reconnects).toBe(0);
  });

  it('is opened again when the clear does not end', async () => {
    const { port, instrument, clock } = await open((message) =>
      message === 'SLOW?' ? new Promise<string>(() => {}) : `re ${message}`,
    );
    const { current } = instrument;
    if (current !== undefined) current.clear = async () => await new Promise<void>(() => {});
    const slow = expect(port.transact(driver.query('SLOW?'), owner())).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
    });
    await clock.advance(1_000 + clearLongestMs + 100);
    await slow;
    expect(instrument.journal.filter((entry) => entry === 'open')).toHaveLength(2);
    const next = port.transact(driver.query('NEXT?'), owner());
    await clock.advance(100);
    expect(await next).toBe('re NEXT?');
  });

  it('is cleared when it comes back: what was left on it is nobody’s', async () => {
    const { port, instrument, clock } = await open();
    await instrument.current?.close();
    instrument.output.push('left over');
    await clock.advance(100);
    const read = port.transact(driver.query('VOLT?'), owner());
    await clock.advance(1);
    expect(await read).toBe('re VOLT?');
    expect(instrument.journal.slice(1, 3)).toEqual(['open', 'clear']);
  });
});

describe('what a link can do besides carrying bytes', () => {
  it('is done in line, one after the other', async () => {
    const { port, instrument, clock } = await open();
    const done = Promise.all([
      port.transact(driver.query('A?'), owner()),
      port.transact(control.trigger(), owner()),
      port.transact(control.setRemote('go-to-remote'), owner()),
      port.transact(control.setRemote('go-to-local'), owner()),
      port.transact(driver.query('B?'), owner()),
      port.transact(control.clear(), owner()),
    ]);
    await clock.advance(10);
    await done;
    expect(instrument.journal.slice(1)).toEqual([
      ...['write A?\n', 'ask', 'trigger', 'go-to-remote', 'go-to-local'],
      ...['write B?\n', 'ask', 'clear'],
    ]);
  });

  it('gives the status byte of the instrument', async () => {
    const { port, instrument, clock } = await open();
    instrument.statusByte = 0x24;
    const status = port.transact(control.readStatusByte(), owner());
    await clock.advance(1);
    expect(await status).toBe(0x24);
  });

  it('is over after its time, and the next one goes on', async () => {
    const { port, instrument, clock } = await open();
    const { current } = instrument;
    if (current !== undefined) current.trigger = async () => await new Promise<void>(() => {});
    const trigger = expect(port.transact(control.trigger(), owner())).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
    });
    const next = port.transact(driver.query('NEXT?'), owner());
    await clock.advance(1_100);
    await trigger;
    expect(await next).toBe('re NEXT?');
  });

  it('is refused by a link that has no way for it, which stays open', async () => {
    const { port, instrument, clock } = await open();
    const { current } = instrument;
    if (current !== undefined) Object.assign(current, { trigger: undefined });
    const trigger = port.transact(control.trigger(), owner());
    await expect(trigger).rejects.toMatchObject({ code: 'INSTRUMENT_ERROR' });
    const next = port.transact(driver.query('NEXT?'), owner());
    await clock.advance(1);
    expect(await next).toBe('re NEXT?');
    expect(instrument.journal.filter((entry) => entry === 'open')).toHaveLength(1);
  });

  it('has requests for service, which the port publishes, also after the link came back', async () => {
    const { port, instrument, clock } = await open();
    let requests = 0;
    using _listener = port.events.on('serviceRequest', () => void (requests += 1));
    instrument.requestService(1);
    expect(requests).toBe(1);
    await instrument.current?.close();
    await clock.advance(100);
    instrument.requestService(1);
    expect(requests).toBe(2);
  });
});

describe('a request that goes out while it comes', () => {
  it('is one turn from its first piece to its reply', async () => {
    const { port, instrument, clock } = await open();
    const pieces = Array.from({ length: 3 }, () => Promise.withResolvers<Uint8Array | undefined>());
    let at = 0;
    const taker = { take: () => {}, untilRoom: () => undefined };
    const long = port.transact(
      driver.exchangeLong(
        new TextEncoder().encode('DATA '),
        async () => await pieces[at++]?.promise,
        () => false,
        taker,
      ),
      owner(),
    );
    await clock.advance(1);
    const other = port.transact(driver.query('OTHER?'), owner('other'));
    for (const { resolve } of pieces.slice(0, 2)) {
      resolve(new TextEncoder().encode('xx'));
      await clock.advance(10);
    }
    expect(instrument.journal).toEqual(['open']);
    pieces[2]?.resolve(undefined);
    await clock.advance(10);
    await long;
    expect(await other).toBe('re OTHER?');
    expect(instrument.journal.slice(1)).toEqual(['write DATA xxxx\n', 'write OTHER?\n', 'ask']);
  });

  it('that is left unfinished spoils nobody’s answer', async () => {
    const { port, instrument, clock } = await open();
    const left = Promise.withResolvers<Uint8Array | undefined>();
    const taker = { take: () => {}, untilRoom: () => undefined };
    const long = port.transact(
      driver.exchangeLong(
        new TextEncoder().encode('DATA '),
        async () => await left.promise,
        () => true,
        taker,
      ),
      owner(),
    );
    const failed = expect(long).rejects.toMatchObject({ code: 'CANCELLED' });
    await clock.advance(1);
    const other = port.transact(driver.query('OTHER?'), owner('other'));
    left.reject(new SignalboxError('CANCELLED', 'the client has gone'));
    await clock.advance(100);
    await failed;
    expect(await other).toBe('re OTHER?');
    expect(instrument.journal).toEqual(['open', 'open', 'clear', 'write OTHER?\n', 'ask']);
  });
});
