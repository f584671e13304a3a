import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { vxi11SettlingMs, vxi11WriteMs } from '../../../src/links/vxi11/conversation.ts';
import { vxi11GraceMs, vxi11LockTimeoutMs } from '../../../src/links/vxi11/vxi11-session.ts';
import { openTimeoutMs } from '../../../src/ports/index.ts';
import { writeTimeoutMs } from '../../../src/ports/wire.ts';
import { unusedPort } from '../tcp/loopback-server.ts';
import { int } from './rpc-peer.ts';
import { genericArgs, readArgs, readResults, ScriptedVxi11, writeArgs } from './scripted-vxi11.ts';

/** Long enough that no time runs out by itself. */
const patientMs = 60_000;

describe('what answers too late', () => {
  it('to one that was asked before the next message goes to nobody', async () => {
    await using bench = await ScriptedVxi11.open();
    await bench.say('OLD?');
    const read = bench.read();
    bench.link.askForReply(patientMs);
    const { xid } = await bench.hear('read', readArgs(patientMs));
    const written = bench.write('NEW?');
    await bench.answerAbort();
    expect(bench.core.bytes.hasUnread).toBe(false);
    // The whole response: nothing of it is left.
    bench.core.reply(xid, readResults(0, 4, 'old'));
    await bench.takeMessage('NEW?');
    await written;
    bench.link.askForReply(patientMs);
    await bench.answer('read', readResults(0, 4, 'new'));
    expect(await read).toBe('new.');
  });

  it('with the beginning of a response, or none of it, makes the link clear the device', async () => {
    for (const late of [readResults(0, 1, 'ol'), readResults(23, 0, ''), readResults(15, 0, 'o')]) {
      await using bench = await ScriptedVxi11.open();
      await bench.say('OLD?');
      bench.link.askForReply(patientMs);
      const { xid } = await bench.hear('read');
      const written = bench.write('NEW?');
      await bench.answerAbort();
      bench.core.reply(xid, late);
      await bench.answer('clear', int(0), genericArgs);
      await bench.takeMessage('NEW?');
      await written;
      bench.link.askForReply(patientMs);
      await bench.answer('read', readResults(0, 4, 'new'));
      expect(await bench.read()).toBe('new.');
    }
  });

  it('to the first of two askings goes to nobody, and the rest of it is cleared away', async () => {
    for (const reason of [4, 1]) {
      await using bench = await ScriptedVxi11.open();
      const read = bench.read();
      bench.link.askForReply(patientMs);
      const { xid } = await bench.hear('read');
      bench.link.askForReply(patientMs + 1);
      await bench.answerAbort();
      bench.core.reply(xid, readResults(0, reason, 'first'));
      if (reason === 1) await bench.answer('clear', int(0), genericArgs);
      await bench.answer('read', readResults(0, 4, 'second'), readArgs(patientMs + 1));
      expect(await read).toBe('second.');
    }
  });

  it('after its asking was over goes to nobody, though somebody reads', async () => {
    const clock = new ManualClock();
    await using bench = await ScriptedVxi11.open({ clock });
    await bench.say('OLD?');
    const read = bench.read();
    bench.link.askForReply(100);
    const { xid } = await bench.hear('read', readArgs(100));
    await clock.advance(100 + vxi11GraceMs);
    bench.core.reply(xid, readResults(0, 4, 'old'));
    await bench.heard();
    // All of it came, and was dropped: there is nothing to abort or to clear.
    await bench.say('NEW?');
    bench.link.askForReply(100);
    await bench.answer('read', readResults(0, 4, 'new'));
    expect(await read).toBe('new.');
    expect(bench.abortServer.clients).toEqual([]);
  });

  it('is cleared away where the instrument said nothing in its time', async () => {
    await using bench = await ScriptedVxi11.open();
    for (const nothing of [readResults(15, 0, ''), readResults(0, 0, '')]) {
      await bench.say('OLD?');
      bench.link.askForReply(100);
      await bench.answer('read', nothing);
      await bench.heard();
      const written = bench.write('NEW?');
      // The response may come still: here an instrument that knows no clear.
      await bench.answer('clear', int(8), genericArgs);
      await bench.takeMessage('NEW?');
      await written;
      bench.link.askForReply(100);
      await bench.answer('read', readResults(0, 4, 'new'));
      expect(await bench.read()).toBe('new.');
    }
  });

  it('is no reason to clear where nothing was asked of the instrument', async () => {
    await using bench = await ScriptedVxi11.open();
    bench.link.askForReply(100);
    await bench.answer('read', readResults(15, 0, ''));
    await bench.heard();
    await bench.say('A?');
    bench.link.askForReply(100);
    await bench.answer('read', readResults(0, 4, 'a'));
    expect(await bench.read()).toBe('a.');
    // And an asking without a message in between goes on with what was asked.
    await bench.say('B?');
    bench.link.askForReply(100);
    await bench.answer('read', readResults(15, 0, ''));
    await bench.heard();
    bench.link.askForReply(100);
    await bench.answer('read', readResults(0, 4, 'b'));
    expect(await bench.read()).toBe('b.');
  });

  it('with the rest of a response whose beginning was read makes the link clear the device', async () => {
    await using bench = await ScriptedVxi11.open();
    await bench.say('OLD?');
    bench.link.askForReply(100);
    await bench.answer('read', readResults(0, 1, 'ol'));
    expect(await bench.read()).toBe('ol');
    await bench.answer('read', readResults(15, 0, ''));
    await bench.heard();
    const written = bench.write('NEW?');
    await bench.answer('clear', int(0));
    await bench.takeMessage('NEW?');
    await written;
  });

  it('that waits to be read goes to nobody when the next message goes out', async () => {
    await using bench = await ScriptedVxi11.open();
    await bench.say('OLD?');
    bench.link.askForReply(100);
    await bench.answer('read', readResults(0, 4, 'old'));
    await bench.heard();
    await bench.say('NEW?');
    bench.link.askForReply(100);
    await bench.answer('read', readResults(0, 4, 'new'));
    expect(await bench.read()).toBe('new.');
  });

  it('that is an error, and waits to be read, goes to nobody when the next message goes out', async () => {
    await using bench = await ScriptedVxi11.open();
    bench.link.askForReply(100);
    await bench.answer('read', readResults(17, 0, ''));
    await bench.heard();
    await bench.say('NEW?');
    bench.link.askForReply(100);
    await bench.answer('read', readResults(0, 4, 'new'));
    expect(await bench.read()).toBe('new.');
  });

  it('is waited for where there is no abort channel', async () => {
    await using bench = await ScriptedVxi11.open({ abortPort: await unusedPort() });
    await bench.say('OLD?');
    bench.link.askForReply(patientMs);
    const { xid } = await bench.hear('read');
    const written = bench.write('NEW?');
    bench.core.reply(xid, readResults(0, 4, 'old'));
    await bench.takeMessage('NEW?');
    await written;
  });

  it('is cleared away by a device clear, which waits for it', async () => {
    await using bench = await ScriptedVxi11.open();
    await bench.say('OLD?');
    bench.link.askForReply(patientMs);
    const { xid } = await bench.hear('read');
    const cleared = bench.link.clear(new AbortController().signal);
    await bench.answerAbort();
    bench.core.reply(xid, readResults(23, 0, 'o'));
    await bench.answer('clear', int(0), genericArgs);
    await cleared;
    // Once is enough.
    await bench.say('NEW?');
  });

  it('ends the link when it does not come at all: it would take the next response', async () => {
    for (const isAborted of [true, false]) {
      const clock = new ManualClock();
      await using bench = await ScriptedVxi11.open({ clock });
      await bench.say('OLD?');
      bench.link.askForReply(100);
      const { xid } = await bench.hear('read');
      const written = bench.write('NEW?');
      written.catch(() => {});
      if (isAborted) await bench.answerAbort();
      else {
        // An abort that comes later would end the next call instead.
        await bench.hearAbort();
        bench.core.reply(xid, readResults(0, 4, 'old'));
      }
      await clock.advance(vxi11SettlingMs);
      await expect(written).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
      await bench.core.bytes.ended();
      expect(bench.core.bytes.hasUnread).toBe(false);
      expect(clock.pendingCount).toBe(0);
    }
  });

  it('takes a write less time than a port gives it, whatever it waits for one after the other', async () => {
    expect(vxi11SettlingMs + vxi11LockTimeoutMs).toBeLessThan(vxi11WriteMs);
    expect(vxi11WriteMs).toBeLessThan(Math.min(writeTimeoutMs, openTimeoutMs));
    const clock = new ManualClock();
    await using bench = await ScriptedVxi11.open({ clock });
    await bench.say('OLD?');
    bench.link.askForReply(100);
    const { xid } = await bench.hear('read');
    const written = bench.write('NEW?');
    written.catch(() => {});
    await bench.answerAbort();
    await clock.advance(vxi11SettlingMs - 1);
    bench.core.reply(xid, readResults(23, 0, ''));
    const cleared = await bench.hear('clear', genericArgs);
    await clock.advance(vxi11LockTimeoutMs);
    bench.core.reply(cleared.xid, int(0));
    await bench.hear('write', writeArgs('NEW?', true));
    await clock.advance(writeTimeoutMs - vxi11SettlingMs - vxi11LockTimeoutMs);
    await expect(written).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    await bench.core.bytes.ended();
    expect(clock.pendingCount).toBe(0);
  });

  it('says that another program has the instrument, and goes on when that has let it go', async () => {
    const clock = new ManualClock();
    await using bench = await ScriptedVxi11.open({ clock });
    await bench.say('OLD?');
    bench.link.askForReply(100);
    const { xid } = await bench.hear('read');
    const locked = bench.write('NEW?');
    locked.catch(() => {});
    await bench.answerAbort();
    bench.core.reply(xid, readResults(23, 0, ''));
    const { xid: own } = await bench.hear('clear', genericArgs);
    await clock.advance(vxi11LockTimeoutMs);
    bench.core.reply(own, int(11));
    await expect(locked).rejects.toMatchObject({ code: 'PORT_BUSY' });
    const written = bench.write('NEW?');
    await bench.answer('clear', int(0), genericArgs);
    await bench.takeMessage('NEW?');
    await written;
  });
});
