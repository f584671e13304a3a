import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../protocols/hex.ts';
import { BytePeer } from '../byte-peer.ts';
import { int, record, success } from './rpc-peer.ts';
import { linkId, ScriptedVxi11 } from './scripted-vxi11.ts';

/** What the link says of its interrupt channel and of itself. */
interface Channel {
  readonly host: string;
  readonly port: number;
  /** Opaque data, with its length. */
  readonly handle: string;
}

/** Hears how a link asks for service requests, and agrees. */
async function agree(bench: ScriptedVxi11): Promise<Channel> {
  const created = await bench.hear('createInterruptChannel');
  const [host = 0, port = 0, ...rest] = words(created.args);
  // Program and version of the interrupt channel, over TCP. B.6.12.
  expect(rest).toEqual([0x06_07_b1, 1, 0]);
  bench.core.reply(created.xid, int(0));
  const enabled = await bench.hear('enableServiceRequest');
  expect(enabled.args.slice(0, 16)).toBe(linkId + int(1));
  bench.core.reply(enabled.xid, int(0));
  const address = [24, 16, 8, 0].map((shift) => (host >>> shift) & 0xff).join('.');
  return { host: address, port, handle: enabled.args.slice(16) };
}

function words(hex: string): number[] {
  return (hex.match(/.{8}/g) ?? []).map((word) => Number.parseInt(word, 16));
}

async function connectTo({ host, port }: Channel): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** device_intr_srq, as an instrument calls it. B.6.14. */
function request(handle: string, xid = '00000001'): Uint8Array {
  return fromHex(
    record(`${xid} 00000000 00000002 000607b1 00000001 ${int(30)} ${'0'.repeat(32)} ${handle}`),
  );
}

describe('a service request over VXI-11', () => {
  it('comes over a channel that the first listener opens, and is answered', async () => {
    await using bench = await ScriptedVxi11.open();
    let heard = 0;
    const leaves = bench.link.onServiceRequest(() => void (heard += 1));
    bench.link.onServiceRequest(() => {});
    const channel = await agree(bench);
    expect(channel.host).toBe('127.0.0.1');
    const socket = await connectTo(channel);
    socket.write(request(channel.handle));
    await expect.poll(() => heard).toBe(1);
    const peer = new BytePeer(socket);
    socket.write(request(channel.handle, '00000002'));
    expect(await peer.hear(28)).toContain('00000001');
    await expect.poll(() => heard).toBe(2);
    leaves[Symbol.dispose]();
    socket.write(request(channel.handle, '00000003'));
    await peer.hear(28);
    expect(heard).toBe(2);
    bench.core.bytes.socket.destroy();
    await bench.link.close();
    await peer.ended();
    await expect(connectTo(channel)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is asked for at the opening when somebody listens by then', async () => {
    const bench = ScriptedVxi11.open({}, (link) => void link.onServiceRequest(() => {}));
    await using opened = await bench;
    await agree(opened);
  });

  it('with another handle, and what is no call, is not heard', async () => {
    await using bench = await ScriptedVxi11.open();
    let heard = 0;
    bench.link.onServiceRequest(() => void (heard += 1));
    const channel = await agree(bench);
    for (const said of ['ffffffffff', record('00000001'), success('00000001', int(0))]) {
      const socket = await connectTo(channel);
      socket.end(fromHex(said));
      await once(socket.resume(), 'close');
    }
    const socket = await connectTo(channel);
    socket.write(request(int(4) + '61626364'));
    socket.write(request(channel.handle, '00000002'));
    await expect.poll(() => heard).toBe(1);
    socket.destroy();
  });

  it('of another machine than the instrument is not heard', async () => {
    await using bench = await ScriptedVxi11.open();
    let heard = 0;
    bench.link.onServiceRequest(() => void (heard += 1));
    const { host, port, handle } = await agree(bench);
    const stranger = connect({ host, port, localAddress: '127.0.0.2' });
    stranger.on('error', () => {});
    stranger.write(request(handle));
    await once(stranger, 'close');
    expect(heard).toBe(0);
  });

  it('does not come where the instrument has no channel for it, and nothing else changes', async () => {
    for (const refusals of [[8], [0, 8]]) {
      await using bench = await ScriptedVxi11.open();
      bench.link.onServiceRequest(() => {});
      const [created = 8, enabled] = refusals;
      const { xid, args } = await bench.hear('createInterruptChannel');
      bench.core.reply(xid, int(created));
      if (enabled !== undefined) await bench.answer('enableServiceRequest', int(enabled));
      await bench.heard();
      await bench.say('A');
      const [, port = 0] = words(args);
      await expect
        .poll(
          async () => await connectTo({ host: '127.0.0.1', port, handle: '' }).catch(() => 'no'),
        )
        .toBe('no');
    }
  });
});
