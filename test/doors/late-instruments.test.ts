import { describe, expect, it } from 'vitest';
import {
  HislipDoor,
  HislipServer,
  Rfc2217Door,
  Vxi11Door,
  Vxi11Server,
} from '../../src/doors/index.ts';
import { ScpiDriver } from '../../src/instruments/index.ts';
import { vxi11Errors } from '../../src/protocols/index.ts';
import { linesProtocol } from '../../src/sessions/index.ts';
import { count } from '../support/count.ts';
import type { Peer } from '../support/memory-link.ts';
import { tcpPortIn } from '../support/tcp-port-in.ts';
import { HislipProgram } from './hislip/hislip-program.ts';
import { MessageBench } from './message-bench.ts';
import { MessageDeviceBench } from './message-device-bench.ts';
import { LineClient } from './socket/line-client.ts';
import { Vxi11Program } from './vxi11/vxi11-program.ts';

/** What a query came to, in the terms of its door. */
type Outcome = { readonly answer: string } | { readonly failure: string };
type Ask = (query: string) => Promise<Outcome>;

const hislipTimeout = 'an Error message: INSTRUMENT_TIMEOUT';
const vxi11Timeout = `error ${vxi11Errors.ioTimeout}`;

async function askHislip(program: HislipProgram, query: string): Promise<Outcome> {
  program.write(query);
  const event = await program.synchronous.next();
  if (event.kind === 'message' && event.message.type === 'Error') {
    return { failure: `an Error message: ${event.message.text.split(':')[0]}` };
  }
  const { text } = await program.readFrom(event);
  return { answer: text.trimEnd() };
}

async function askVxi11(program: Vxi11Program, query: string): Promise<Outcome> {
  const { error: refused } = await program.write(query);
  if (refused !== 0) return { failure: `error ${refused} when writing` };
  const { error, text } = await program.read({ ioTimeoutMs: 20_000 });
  return error === 0 ? { answer: text.trimEnd() } : { failure: `error ${error}` };
}

/** All doors at one line, with a program at each. */
async function openDoors(peer: Peer, stack: AsyncDisposableStack): Promise<Ask[]> {
  const hislip = new HislipServer({ tcpPort: 0 });
  const vxi11 = new Vxi11Server({ hasPortmapper: false });
  const bench = stack.use(
    await MessageBench.open(
      (parts) =>
        parts.device.index === 0
          ? new HislipDoor({ ...parts, server: hislip })
          : // The second instrument is at the same line.
            new Vxi11Door({ ...parts, server: vxi11 }),
      peer,
    ),
  );
  const protocol = linesProtocol(new ScpiDriver({ parameters: [], timeoutMs: 100 }));
  const settings = { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 } as const;
  const { port } = bench.bench;
  const serial = stack.use(new Rfc2217Door({ name: 'r', tcpPort: 0, port, protocol, settings }));
  await serial.open();
  const first = stack.use(
    await HislipProgram.connect(tcpPortIn(bench.doors[0]?.status().address ?? '')),
  );
  const second = stack.use(await Vxi11Program.connect(vxi11.tcpPort, 'inst1'));
  const third = stack.use(await bench.lineClient());
  const fourth = stack.use(await LineClient.connect(tcpPortIn(serial.status().address)));
  const asBytes =
    (client: LineClient): Ask =>
    async (query) => {
      // What tells the client of silence is its own timeout; here, that the answer to the next comes.
      client.socket.write(`${query}\n`);
      const mark = 'MARK?';
      const answer = await client.ask(mark);
      if (answer.endsWith(`re ${mark}`)) return { failure: 'silence' };
      expect(await client.next()).toBe(`re ${mark}`);
      // Without what telnet says between the lines.
      return { answer: answer.replace(/^[^ -~]*/, '') };
    };
  return [
    async (query) => await askHislip(first, query),
    async (query) => await askVxi11(second, query),
    asBytes(third),
    asBytes(fourth),
  ];
}

const terms = [hislipTimeout, vxi11Timeout, 'silence', 'silence'];

describe('an instrument that answers late, or never', () => {
  it('is told of in the terms of each door, and no late answer is taken for another', async () => {
    await using stack = new AsyncDisposableStack();
    const late: (() => void)[] = [];
    const asks = await openDoors((request, side) => {
      if (request.includes('LATE')) late.push(() => side.reply(`re ${request}`));
      else if (request.includes('?')) side.reply(`re ${request}`);
    }, stack);
    for (let round = 0; round < count(20); round += 1) {
      for (const [at, ask] of asks.entries()) {
        expect(await ask(`LATE${round}?`)).toEqual({ failure: terms[at] });
        // The answer comes when somebody else is asking, and all ask.
        late.splice(0).map((answer) => answer());
        const all = await Promise.all(asks.map(async (other, n) => await other(`Q${round}-${n}?`)));
        expect(all).toEqual(asks.map((_, n) => ({ answer: `re Q${round}-${n}?` })));
      }
    }
  }, 120_000);

  it('is waited for while its answer comes, however slowly', async () => {
    await using stack = new AsyncDisposableStack();
    const asks = await openDoors((request, side) => {
      if (!request.includes('?')) return;
      const text = `re ${request}`;
      for (const [at, character] of text.split('').entries()) {
        setTimeout(() => side.reply(character), 5 * at);
      }
    }, stack);
    const all = await Promise.all(asks.map(async (ask, n) => await ask(`SLOW ${n}?`)));
    expect(all).toEqual(asks.map((_, n) => ({ answer: `re SLOW ${n}?` })));
  });

  it('that has messages is cleared, and what it had to say is nobody’s', async () => {
    await using bench = await MessageDeviceBench.open();
    const late = Promise.withResolvers<string>();
    bench.instrument.answer = (message) =>
      message.startsWith('LATE') ? late.promise : `re ${message}`;
    using first = await bench.hislip();
    using second = await bench.vxi11();
    expect(await askHislip(first, 'LATE?')).toEqual({ failure: hislipTimeout });
    expect(await askHislip(first, 'A?')).toEqual({ answer: 're A?' });
    expect(await askVxi11(second, 'LATE?')).toEqual({ failure: vxi11Timeout });
    late.resolve('re LATE?');
    expect(await askVxi11(second, 'B?')).toEqual({ answer: 're B?' });
    expect(await askHislip(first, 'C?')).toEqual({ answer: 're C?' });
    expect(bench.journal.filter((each) => each === 'clear')).toHaveLength(2);
  });
});
