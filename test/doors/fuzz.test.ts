import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import {
  HislipDoor,
  HislipServer,
  Rfc2217Door,
  Vxi11Door,
  Vxi11Server,
} from '../../src/doors/index.ts';
import {
  encodeCall,
  encodeComPort,
  encodeHislip,
  encodeHislipData,
  encodeRecord,
  noVxi11Flags,
  vxi11Core,
} from '../../src/protocols/index.ts';
import { count } from '../support/count.ts';
import { randomFrom } from '../support/random.ts';
import { seed } from '../support/seed.ts';
import { ScpiDriver } from '../../src/instruments/index.ts';
import { linesProtocol } from '../../src/sessions/index.ts';
import { HislipProgram } from './hislip/hislip-program.ts';
import { echo, MessageBench } from './message-bench.ts';
import { Vxi11Program } from './vxi11/vxi11-program.ts';

const host = '127.0.0.1';

/** What a client of each door might say, to be spoiled. */
const hislipFrames: readonly Uint8Array[] = [
  encodeHislip({ type: 'Initialize', version: 0x01_00, vendorId: 'XX', subAddress: 'hislip0' }),
  encodeHislip({ type: 'AsyncInitialize', sessionId: 7 }),
  encodeHislip({ type: 'AsyncLock', request: { kind: 'shared', key: 'k', waitMs: 0 } }),
  encodeHislip({ type: 'AsyncLock', request: { kind: 'release', messageId: 0 } }),
  encodeHislip({ type: 'AsyncDeviceClear' }),
  encodeHislip({ type: 'DeviceClearComplete', features: 1 }),
  encodeHislip({ type: 'AsyncStatusQuery', messageId: 0, rmtDelivered: true }),
  encodeHislip({ type: 'AsyncMaximumMessageSize', bytes: 3 }),
  encodeHislip({ type: 'Trigger', messageId: 0, rmtDelivered: false }),
  encodeHislipData({ isEnd: true, messageId: 0, rmtDelivered: false, payloadBytes: 3 }),
];
const args = { linkId: 1, flags: noVxi11Flags, lockTimeoutMs: 0, ioTimeoutMs: 10 };
const vxi11Frames: readonly Uint8Array[] = [
  encodeCall(
    vxi11Core,
    'createLink',
    { clientId: 1, lockDevice: true, lockTimeoutMs: 0, device: 'inst0' },
    { xid: 1 },
  ),
  encodeCall(vxi11Core, 'write', { ...args, data: new TextEncoder().encode('A?') }, { xid: 2 }),
  encodeCall(vxi11Core, 'read', { ...args, requestBytes: 9, terminator: 10 }, { xid: 3 }),
  encodeCall(vxi11Core, 'lock', args, { xid: 4 }),
  encodeCall(vxi11Core, 'unlock', 1, { xid: 5 }),
  encodeCall(vxi11Core, 'clear', args, { xid: 6 }),
  encodeCall(vxi11Core, 'destroyLink', 1, { xid: 7 }),
].map((message) => encodeRecord(message));
const rfc2217Frames: readonly Uint8Array[] = [
  encodeComPort({ kind: 'baud-rate', baudRate: 9_600 }, 'client'),
  encodeComPort({ kind: 'purge', purge: 'both' }, 'client'),
  encodeComPort({ kind: 'control', control: 'dtr-on' }, 'client'),
  encodeComPort({ kind: 'signature', text: 'me' }, 'client'),
  encodeComPort({ kind: 'suspend' }, 'client'),
  Uint8Array.of(255, 253, 44, 255, 251, 0),
  new TextEncoder().encode('A?\n'),
];

it('no bytes of a client end a door, or keep it from serving the next one', async () => {
  const random = randomFrom(2_217);
  const hislip = new HislipServer({ tcpPort: 0 });
  const vxi11 = new Vxi11Server({ hasPortmapper: false });
  await using bench = await MessageBench.open(
    (parts) =>
      parts.device.index === 0
        ? new HislipDoor({ ...parts, server: hislip })
        : new Vxi11Door({
            ...parts,
            device: { ...parts.device, index: 0 },
            server: vxi11,
          }),
    echo,
  );
  await using serial = new Rfc2217Door({
    name: 'serial',
    tcpPort: 0,
    port: bench.bench.port,
    protocol: linesProtocol(new ScpiDriver({ parameters: [] })),
    settings: { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 },
  });
  await serial.open();
  const hislipPort = Number(/hislip0,(\d+)/.exec(bench.doors[0]?.status().address ?? '')?.[1]);
  const doors = [
    { tcpPort: hislipPort, frames: hislipFrames },
    { tcpPort: vxi11.tcpPort, frames: vxi11Frames },
    { tcpPort: Number(new URL(serial.status().address).port), frames: rfc2217Frames },
  ];
  const rounds = count(2_000);
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all(
      doors.map(async ({ tcpPort, frames }) => await annoy(tcpPort, spoiled(frames, random))),
    );
  }
  using first = await HislipProgram.connect(hislipPort);
  expect(await first.ask('GOOD?'), `seed ${seed}`).toBe('re GOOD?\n');
  using second = await Vxi11Program.connect(vxi11.tcpPort);
  expect(await second.ask('GOOD?'), `seed ${seed}`).toBe('re GOOD?\n');
  await expect.poll(() => serial.status().clients).toEqual([]);
}, 300_000);

/** Frames in any order, with some of their bytes changed, left out or doubled. */
function spoiled(frames: readonly Uint8Array[], random: () => number): Uint8Array {
  const chosen = Array.from({ length: 1 + Math.floor(random() * 6) }, (_, at) =>
    // Most begin as they should, so that what follows is looked at.
    at === 0 && random() < 0.7 ? frames[0] : frames[Math.floor(random() * frames.length)],
  );
  const bytes = Buffer.concat(chosen.map((frame) => frame ?? new Uint8Array()));
  for (let change = Math.floor(random() * 4); change > 0; change -= 1) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  }
  return random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
}

/** Says it, hears what comes for a moment, and leaves. */
async function annoy(tcpPort: number, bytes: Uint8Array): Promise<void> {
  const socket = connect({ host, port: tcpPort });
  socket.on('error', () => {});
  socket.on('data', () => {});
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  socket.write(bytes, () => setImmediate(() => socket.destroy()));
  await closed;
}
