import { describe, expect, it } from 'vitest';
import { Vxi11Door, Vxi11Server } from '../../../src/doors/index.ts';
import { Vxi11Link, vxi11LinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { echo, MessageBench } from '../../doors/message-bench.ts';
import { count } from '../../support/count.ts';
import { ask, owner } from '../../support/line-transaction.ts';
import { randomFrom } from '../../support/random.ts';
import { seed } from '../../support/seed.ts';
import {
  blockBytes,
  blockDigest,
  hear,
  InstrumentBench,
  readResponse,
  say,
} from '../instrument-bench.ts';

const forever = new AbortController().signal;
const host = '127.0.0.1';
const patientMs = 20_000;

async function openInstruments(server: Vxi11Server): Promise<InstrumentBench<Vxi11Door>> {
  return await InstrumentBench.open((parts) => new Vxi11Door({ ...parts, server }));
}

function newServer(): Vxi11Server {
  return new Vxi11Server({ hasPortmapper: false });
}

async function openedTo(server: Vxi11Server, device = 'inst0'): Promise<Vxi11Link> {
  const link = new Vxi11Link({ host, port: server.tcpPort, device });
  await link.open(forever);
  return link;
}

async function query(link: Vxi11Link, text: string): Promise<string> {
  await say(link, text);
  link.askForReply(patientMs);
  return await hear(link);
}

describe('a VXI-11 link to a VXI-11 door', () => {
  it('measures, clears, triggers and polls a multimeter', async () => {
    const server = newServer();
    await using bench = await openInstruments(server);
    const link = await openedTo(server, 'meter');
    expect(await query(link, '*IDN?\n')).toMatch(/^[^,]+,[^,]+,[^,]+,[^,]+\n$/);
    await say(link, '*IDN?\n');
    await link.clear(forever);
    for (let n = 0; n < 20; n += 1) {
      expect(await query(link, 'SYST:ERR?;*OPC?\n')).toMatch(/;1\n$/);
    }
    await link.trigger(forever);
    await link.setRemote('go-to-remote', forever);
    expect(await link.readStatusByte(forever)).toBe(0);
    await link.close();
    await expect.poll(() => bench.doors[0]?.status().clients).toEqual([]);
  });

  it('says what the door says of an instrument that it does not have', async () => {
    const server = newServer();
    await using _bench = await openInstruments(server);
    const link = new Vxi11Link({ host, port: server.tcpPort, device: 'inst7' });
    await expect(link.open(forever)).rejects.toMatchObject({ code: 'PORT_ABSENT' });
  });

  it('reads a block of 64 MiB piece by piece and holds little of it', async () => {
    const server = newServer();
    await using bench = await openInstruments(server);
    const link = await openedTo(server, 'scope');
    await say(link, 'CURV?\n');
    link.askForReply(patientMs);
    const response = await readResponse(link, async () => {
      // Instrument, port, session, door and link hold a bound each, and the sockets between them.
      expect(await bench.sentUnread()).toBeLessThan(blockBytes);
    });
    expect(response.digest).toBe(blockDigest());
    expect(response.pieces).toBeGreaterThan(100);
    await link.close();
  });

  it('writes a message of 4 MiB', async () => {
    const server = newServer();
    await using bench = await openInstruments(server);
    const link = await openedTo(server, 'scope');
    const text = `LOAD ${'x'.repeat(4 * 1_048_576)}`;
    await say(link, `${text}\n`);
    await expect.poll(() => bench.blocks.asked.length, { timeout: patientMs }).toBe(1);
    expect(bench.blocks.asked[0] === text).toBe(true);
    await link.close();
  });

  it('gives every answer to its question or to nobody, however late the instrument is', async () => {
    const random = randomFrom(11);
    const server = newServer();
    await using _bench = await MessageBench.open(
      (parts) => new Vxi11Door({ ...parts, server }),
      (request, side) => {
        if (request.includes('?')) setTimeout(() => side.reply(`re ${request}`), random() * 8);
      },
    );
    const link = await openedTo(server);
    let answered = 0;
    for (let n = 0; n < count(2_000); n += 1) {
      await say(link, `Q${n}?\n`);
      link.askForReply(Math.floor(random() * 6));
      // Some are asked again at once, some are given up, at any moment.
      if (random() < 0.2) link.askForReply(patientMs);
      const heard = await heardWithin(link, random() * 12);
      if (heard === undefined) continue;
      expect(heard, `seed ${seed}`).toBe(`re Q${n}?\n`);
      answered += 1;
    }
    expect(answered).toBeGreaterThan(0);
    expect(await query(link, 'LAST?\n')).toBe('re LAST?\n');
    await link.close();
  }, 120_000);

  it('serves the transactions of a port, also after its door was closed and opened', async () => {
    const server = newServer();
    await using bench = await MessageBench.open(
      (parts) => new Vxi11Door({ ...parts, server }),
      echo,
    );
    const factory = vxi11LinkFactory({ host, port: server.tcpPort });
    await using port = new Port({ name: 'far', link: factory });
    port.open();
    const send = async (text: string): Promise<string> =>
      await port.transact(ask(text, { timeoutMs: 5_000 }), owner(), { waitMs: patientMs });
    expect(await send('?one')).toBe('re ?one');
    const [door] = bench.doors;
    await door?.close();
    // The server has forgotten the link, and gives no other.
    await expect(send('?lost')).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await expect.poll(() => port.status().reason).toContain('device not accessible');
    await door?.open();
    expect(await send('?two')).toBe('re ?two');
  });
});

/** A whole response that comes in that time. */
async function heardWithin(link: Vxi11Link, timeoutMs: number): Promise<string | undefined> {
  const late = AbortSignal.timeout(Math.ceil(timeoutMs));
  try {
    let text = '';
    for (;;) {
      const { data, end } = await link.read(late);
      text += Buffer.from(data).toString('latin1');
      if (end) return text;
    }
  } catch (error) {
    if (late.aborted) return undefined;
    throw error;
  }
}
