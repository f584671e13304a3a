import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/kernel/index.ts';
import { HislipLink } from '../../../src/links/index.ts';
import { hislipOpeningMs } from '../../../src/links/hislip/open-session.ts';
import type { BytePeer } from '../byte-peer.ts';
import { heldConnectionsTo } from '../held-connections.ts';
import { LoopbackServer, unusedPort } from '../tcp/loopback-server.ts';
import { nextClient } from './scripted-hislip.ts';

const forever = new AbortController().signal;

const initialized = '4853 01 00 0100 0007 00000000 00000000';
const attached = '4853 12 00 0000 5858 00000000 00000000';

/** What a server does that opens no session: with its first connection, then with the second. */
interface Refusal {
  readonly what: string;
  readonly code: string;
  readonly text: string;
  readonly first: (peer: BytePeer) => void;
  readonly second?: (peer: BytePeer) => void;
}

const refusals: readonly Refusal[] = [
  {
    what: 'refuses it',
    code: 'LINK_COMMUNICATION',
    text: "invalid initialization sequence ('no')",
    first: (peer) => peer.say('4853 02 03 00000000 0000000000000002 6e6f'),
  },
  {
    what: 'has no room for the second connection',
    code: 'LINK_COMMUNICATION',
    text: 'too many clients',
    first: (peer) => peer.say(initialized),
    second: (peer) => peer.say('4853 02 04 00000000 0000000000000000'),
  },
  {
    what: 'speaks something else',
    code: 'LINK_PROTOCOL',
    text: 'does not begin with HS',
    first: (peer) => void peer.socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  },
  {
    what: 'sends what is not its turn',
    code: 'LINK_PROTOCOL',
    text: 'DeviceClearAcknowledge in place of InitializeResponse',
    first: (peer) => peer.say('4853 09 00 00000000 0000000000000000'),
  },
  {
    what: 'sends data before there is a session',
    code: 'LINK_PROTOCOL',
    text: 'data before the opening',
    first: (peer) => peer.say('4853 07 00 ffffff00 00000000ffffffff'),
  },
  {
    what: 'takes encrypted connections only',
    code: 'LINK_COMMUNICATION',
    text: 'encrypted',
    first: (peer) => peer.say('4853 01 02 0200 0007 00000000 00000000'),
  },
  {
    what: 'closes the first connection',
    code: 'LINK_COMMUNICATION',
    text: 'closed the connection',
    first: (peer) => void peer.socket.end(),
  },
  {
    what: 'closes the second connection',
    code: 'LINK_COMMUNICATION',
    text: 'closed the connection',
    first: (peer) => peer.say(initialized),
    second: (peer) => void peer.socket.end(),
  },
  {
    what: 'closes the first connection while the second is opened',
    code: 'LINK_COMMUNICATION',
    text: 'closed the connection',
    first: (peer) => {
      peer.say(initialized);
      peer.socket.end();
    },
  },
  {
    what: 'tells no size',
    code: 'LINK_PROTOCOL',
    text: 'the size in AsyncMaximumMessageSizeResponse',
    first: (peer) => peer.say(initialized),
    second: (peer) => peer.say(`${attached} 4853 10 00 00000000 0000000000000000`),
  },
];

describe('opening a HiSLIP link', () => {
  it.for(refusals)(
    'to a server that $what fails with the address, and leaves nothing',
    async ({ code, text, first, second }) => {
      await using server = await LoopbackServer.listen(() => {});
      const link = new HislipLink(server.options);
      const opened = link.open(forever);
      opened.catch(() => {});
      first(await nextClient(server, 0));
      if (second !== undefined) second(await nextClient(server, 1));
      await expect(opened).rejects.toMatchObject({
        code,
        message: expect.stringMatching(/^TCPIP::127\.0\.0\.1::hislip0,\d+::INSTR/),
      });
      await expect(opened).rejects.toThrow(text);
      await expect.poll(() => heldConnectionsTo(server.options.port)).toBe(0);
      await expect(link.read(forever)).rejects.toMatchObject({ code: 'LINK_COMMUNICATION' });
    },
  );

  it('to where nobody listens says what to check', async () => {
    const link = new HislipLink({ host: '127.0.0.1', port: await unusedPort() });
    await expect(link.open(forever)).rejects.toMatchObject({
      code: 'LINK_COMMUNICATION',
      details: { address: link.address, errno: 'ECONNREFUSED' },
      nextStep: expect.stringContaining('something listens there'),
    });
  });

  it('to a server that says nothing ends in a bounded time', async () => {
    for (const said of ['', initialized, `${initialized} 4853`]) {
      const clock = new ManualClock();
      await using server = await LoopbackServer.listen(() => {});
      const opened = new HislipLink({ ...server.options, clock }).open(forever);
      opened.catch(() => {});
      const peer = await nextClient(server, 0);
      await peer.hear(23);
      peer.say(said);
      if (said !== '') await nextClient(server, 1);
      await clock.advance(hislipOpeningMs);
      await expect(opened).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
      await expect.poll(() => heldConnectionsTo(server.options.port)).toBe(0);
      expect(clock.pendingCount).toBe(0);
    }
  });

  it('is taken back by its signal or by closing, at any moment, and leaves nothing', async () => {
    await using server = await LoopbackServer.listen((client) => {
      // An honest server, with its answers to the first message of each connection.
      client.once('data', (data: Buffer) => {
        client.write(
          Buffer.from((data[2] === 0 ? initialized : attached).replaceAll(' ', ''), 'hex'),
        );
      });
    });
    for (let turn = 0; turn < 40; turn += 1) {
      const link = new HislipLink(server.options);
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
  });
});
