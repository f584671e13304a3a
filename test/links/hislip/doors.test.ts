import { describe, expect, it } from 'vitest';
import { HislipDoor, HislipServer } from '../../../src/doors/index.ts';
import { HislipLink, hislipLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { echo, MessageBench } from '../../doors/message-bench.ts';
import { ask, owner } from '../../support/line-transaction.ts';
import {
  blockBytes,
  blockDigest,
  hear,
  InstrumentBench,
  readResponse,
  say,
} from '../instrument-bench.ts';

const forever = new AbortController().signal;

function tcpPortOf(door: HislipDoor | undefined): number {
  return Number(/hislip0,(\d+)/.exec(door?.status().address ?? '')?.[1]);
}

async function openInstruments(): Promise<InstrumentBench<HislipDoor>> {
  const server = new HislipServer({ tcpPort: 0 });
  return await InstrumentBench.open((parts) => new HislipDoor({ ...parts, server }));
}

async function openedTo(door: HislipDoor | undefined, device = 'hislip0'): Promise<HislipLink> {
  const link = new HislipLink({ host: '127.0.0.1', port: tcpPortOf(door), device });
  await link.open(forever);
  return link;
}

describe('a HiSLIP link to a HiSLIP door', () => {
  it('measures, clears, triggers and polls a multimeter', async () => {
    await using bench = await openInstruments();
    const link = await openedTo(bench.doors[0], 'meter');
    await say(link, '*IDN?\n');
    expect(await hear(link)).toMatch(/^[^,]+,[^,]+,[^,]+,[^,]+\n$/);
    await say(link, '*IDN?\n');
    await link.clear(forever);
    for (let n = 0; n < 20; n += 1) {
      await say(link, 'SYST:ERR?;*OPC?\n');
      expect(await hear(link)).toMatch(/;1\n$/);
    }
    await link.trigger(forever);
    await link.setRemote('go-to-remote', forever);
    expect(await link.readStatusByte(forever)).toBe(0);
    await link.close();
    await expect.poll(() => bench.doors[0]?.status().clients).toEqual([]);
  });

  it('drops a response that nobody read before the next question', async () => {
    const server = new HislipServer({ tcpPort: 0 });
    await using bench = await MessageBench.open(
      (parts) => new HislipDoor({ ...parts, server }),
      echo,
    );
    const link = await openedTo(bench.doors[0]);
    for (let n = 0; n < 50; n += 1) {
      await say(link, `OLD${n}?\n`);
      if (n % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
      await say(link, `NEW${n}?\n`);
      expect(await hear(link)).toBe(`re NEW${n}?\n`);
    }
    await link.close();
  });

  it('says what the door says of an instrument that it cannot lead to', async () => {
    await using bench = await openInstruments();
    const link = new HislipLink({
      host: '127.0.0.1',
      port: tcpPortOf(bench.doors[0]),
      device: 'hislip7',
    });
    await expect(link.open(forever)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringMatching(/^TCPIP::127\.0\.0\.1::hislip7,\d+::INSTR.*no hislip7/),
    });
  });

  it('reads a block of 64 MiB piece by piece and holds little of it', async () => {
    await using bench = await openInstruments();
    const link = await openedTo(bench.doors[0], 'scope');
    await say(link, 'CURV?\n');
    const response = await readResponse(link, async () => {
      // Instrument, port, session, door and link hold a bound each, and the sockets between them.
      expect(await bench.sentUnread()).toBeLessThan(blockBytes);
    });
    expect(response.digest).toBe(blockDigest());
    expect(response.pieces).toBeGreaterThan(100);
    await link.close();
  });

  it('writes a message of 4 MiB', async () => {
    await using bench = await openInstruments();
    const link = await openedTo(bench.doors[0], 'scope');
    const text = `LOAD ${'x'.repeat(4 * 1_048_576)}`;
    await say(link, `${text}\n`);
    await expect.poll(() => bench.blocks.asked.length, { timeout: 20_000 }).toBe(1);
    expect(bench.blocks.asked[0] === text).toBe(true);
    await link.close();
  });

  it('serves the transactions of a port, also after its door was closed and opened', async () => {
    const server = new HislipServer({ tcpPort: 0 });
    await using bench = await MessageBench.open(
      (parts) => new HislipDoor({ ...parts, server }),
      echo,
    );
    const [door] = bench.doors;
    const factory = hislipLinkFactory({ host: '127.0.0.1', port: tcpPortOf(door) });
    await using port = new Port({ name: 'far', link: factory });
    port.open();
    const send = async (text: string): Promise<string> =>
      await port.transact(ask(text, { timeoutMs: 5_000 }), owner(), { waitMs: 20_000 });
    expect(await send('?one')).toBe('re ?one');
    await door?.close();
    await expect.poll(() => port.status().state).toBe('recovering');
    await door?.open();
    expect(await send('?two')).toBe('re ?two');
  });
});
