import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { Vxi11Link } from '../../../src/links/index.ts';
import { vxi11OpeningMs } from '../../../src/links/vxi11/vxi11-session.ts';
import { heldConnectionsTo } from '../held-connections.ts';
import { LoopbackServer, unusedPort } from '../tcp/loopback-server.ts';
import { int, opaque } from './rpc-peer.ts';
import type { RpcPeer } from './rpc-peer.ts';
import { nextPeer } from './scripted-vxi11.ts';

const forever = new AbortController().signal;
const host = '127.0.0.1';

/** Opens a link to a server whose core channel does with its first call what it is told. */
async function openTo(
  answer: (core: RpcPeer, xid: string) => void,
  device = 'inst0',
): Promise<unknown> {
  await using server = await LoopbackServer.listen(() => {});
  const link = new Vxi11Link({ ...server.options, device });
  const opened = link.open(forever);
  opened.catch(() => {});
  const core = await nextPeer(server);
  answer(core, (await core.hear()).xid);
  const [outcome] = await Promise.allSettled([opened]);
  await expect.poll(() => heldConnectionsTo(server.options.port)).toBe(0);
  return outcome.status === 'rejected' ? outcome.reason : undefined;
}

describe('opening a VXI-11 link', () => {
  it('asks the portmapper of the host where the core channel is', async () => {
    await using mapper = await LoopbackServer.listen(() => {});
    await using server = await LoopbackServer.listen(() => {});
    const link = new Vxi11Link({ host, device: 'gpib0,5', portmapperPort: mapper.options.port });
    const opened = link.open(forever);
    const asked = await nextPeer(mapper);
    const { xid, head, args } = await asked.hear();
    // GETPORT of the portmapper's version 2, for version 1 of the core channel over TCP.
    expect(head).toBe(int(100_000) + int(2) + int(3));
    expect(args).toBe(int(0x06_07_af) + int(1) + int(6) + int(0));
    asked.reply(xid, int(server.options.port));
    const core = await nextPeer(server);
    const created = await core.hear();
    expect(created.args).toBe(int(process.pid) + int(0) + int(0) + opaque('gpib0,5'));
    core.reply(created.xid, int(0) + int(1) + int(0) + int(1_024));
    await opened;
    // The portmapper is not needed any more.
    await asked.bytes.ended();
    core.bytes.socket.destroy();
    await link.close();
  });

  it('says where to look when there is no portmapper, or it knows no core channel', async () => {
    const nobody = new Vxi11Link({ host, portmapperPort: await unusedPort() });
    await expect(nobody.open(forever)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: expect.stringMatching(/^TCPIP::127\.0\.0\.1::inst0::INSTR: .*ECONNREFUSED/),
    });
    for (const [port, code] of [
      [0, 'LINK_COMMUNICATION'],
      [0x1_00_00, 'LINK_PROTOCOL'],
    ] as const) {
      await using mapper = await LoopbackServer.listen(() => {});
      const link = new Vxi11Link({ host, portmapperPort: mapper.options.port });
      const opened = link.open(forever);
      opened.catch(() => {});
      const asked = await nextPeer(mapper);
      asked.reply((await asked.hear()).xid, int(port));
      await expect(opened).rejects.toMatchObject({
        code,
        message: expect.stringContaining('the portmapper of 127.0.0.1'),
        nextStep: expect.stringContaining('name the port'),
      });
      await expect.poll(() => heldConnectionsTo(mapper.options.port)).toBe(0);
    }
  });

  it('fails with the error of a server that gives no link, and leaves nothing', async () => {
    const refusals = [
      [3, 'PORT_ABSENT', 'device not accessible'],
      [9, 'LINK_COMMUNICATION', 'out of resources'],
      [11, 'PORT_BUSY', 'locked by another link'],
      [99, 'INSTRUMENT_ERROR', 'VXI-11 error 99'],
    ] as const;
    for (const [error, code, text] of refusals) {
      const answer = int(error) + int(0) + int(0) + int(0);
      expect(await openTo((core, xid) => core.reply(xid, answer), 'inst7')).toMatchObject({
        code,
        message: expect.stringMatching(new RegExp(`^TCPIP::127.0.0.1::inst7::INSTR: .*${text}`)),
        details: { vxi11Error: error },
      });
    }
  });

  it('fails at a server that speaks something else, refuses the call or closes', async () => {
    const garbage = await openTo((core) => void core.bytes.socket.write('HTTP/1.1 400\r\n\r\n'));
    expect(garbage).toMatchObject({ code: 'LINK_PROTOCOL' });
    const short = await openTo((core, xid) => core.reply(xid, int(0)));
    expect(short).toMatchObject({ code: 'LINK_PROTOCOL' });
    const gone = await openTo((core) => void core.bytes.socket.end());
    expect(gone).toMatchObject({
      code: 'LINK_COMMUNICATION',
      message: 'TCPIP::127.0.0.1::inst0::INSTR closed the connection',
    });
  });

  it('to a server that says nothing ends in a bounded time', async () => {
    for (const isMapper of [true, false]) {
      const clock = new ManualClock();
      await using server = await LoopbackServer.listen(() => {});
      const { port } = server.options;
      const where = isMapper ? { portmapperPort: port } : { port };
      const opened = new Vxi11Link({ host, ...where, clock }).open(forever);
      opened.catch(() => {});
      await (await nextPeer(server)).hear();
      await clock.advance(vxi11OpeningMs);
      await expect(opened).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
      await expect.poll(() => heldConnectionsTo(port)).toBe(0);
      expect(clock.pendingCount).toBe(0);
    }
  });

  it('is taken back by its signal or by closing, at any moment, and leaves nothing', async () => {
    await using server = await LoopbackServer.listen(() => {});
    await using mapper = await LoopbackServer.listen((client) => {
      client.once('data', (data: Buffer) => {
        const xid = data.subarray(4, 8).toString('hex');
        const reply = `8000001c${xid}00000001${'0'.repeat(32)}${int(server.options.port)}`;
        client.write(Buffer.from(reply, 'hex'));
      });
    });
    for (let turn = 0; turn < 40; turn += 1) {
      const link = new Vxi11Link({ host, portmapperPort: mapper.options.port });
      const abort = new AbortController();
      const opening = link.open(abort.signal);
      opening.catch(() => {});
      for (let wait = 0; wait < turn % 10; wait += 1) await new Promise(setImmediate);
      if (turn % 2 === 0) abort.abort();
      else await link.close();
      await expect(opening).rejects.toMatchObject({
        code: turn % 2 === 0 ? 'CANCELLED' : 'LINK_COMMUNICATION',
      });
    }
    await expect.poll(() => heldConnectionsTo(server.options.port)).toBe(0);
    await expect.poll(() => heldConnectionsTo(mapper.options.port)).toBe(0);
  });
});
