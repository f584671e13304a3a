import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScpiDriver } from '../../src/instruments/index.ts';
import type { ScpiDriverOptions } from '../../src/instruments/index.ts';
import { linesProtocol } from '../../src/sessions/index.ts';
import type { ClientRequest } from '../../src/sessions/index.ts';
import { count } from '../support/count.ts';
import { randomFrom } from '../support/random.ts';
import { cut } from './propar/client-frames.ts';

/** What a request puts on the wire, and whether a reply is waited for. */
interface Sent {
  readonly bytes: Uint8Array;
  readonly isQuery: boolean;
}

async function sentBy(request: ClientRequest | undefined): Promise<Sent> {
  let sent: Sent | undefined;
  const answer = request?.perform(async (transaction) => {
    const { request: bytes, reader } = transaction.attempt();
    sent = { bytes, isQuery: reader !== undefined };
    return await Promise.reject(new Error('not sent'));
  });
  await answer?.catch(() => {});
  if (sent === undefined) throw new Error('nothing was sent');
  return sent;
}

function requestsOf(
  pieces: readonly Uint8Array[],
  options: Partial<ScpiDriverOptions> = {},
): ClientRequest[] {
  const conversation = linesProtocol(new ScpiDriver({ parameters: [], ...options })).converse();
  return pieces.flatMap((piece) => conversation.push(piece));
}

/** A block of any bytes, also line feeds, quotes and question marks. */
const block = fc
  .uint8Array({ maxLength: 40 })
  .map((data) => Buffer.concat([Buffer.from(`#2${String(data.length).padStart(2, '0')}`), data]));

const message = fc.oneof(
  fc
    .constantFrom('*IDN?', 'VOLT 5', 'DISP:TEXT "is it?"', "DISP '\n?'", ':SYST:ERR?;*OPC')
    .map((text) => ({
      bytes: Buffer.from(text),
      isQuery: text.endsWith('IDN?') || text.includes('ERR?'),
    })),
  block.map((data) => ({ bytes: Buffer.concat([Buffer.from('DATA '), data]), isQuery: false })),
  block.map((data) => ({ bytes: Buffer.concat([Buffer.from('CALC? '), data]), isQuery: true })),
);

describe('lines for unmodified programs', () => {
  it('become the same messages however their bytes are cut, with a reply where one is due', async () => {
    const random = randomFrom();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ message, end: fc.constantFrom('\n', '\r\n') }), { maxLength: 8 }),
        async (lines) => {
          const stream = Buffer.concat(
            lines.flatMap(({ message: { bytes }, end }) => [bytes, Buffer.from(end)]),
          );
          const sent = await Promise.all(requestsOf(cut(stream, random)).map(sentBy));
          expect(sent.map(({ bytes }) => Buffer.from(bytes).toString('latin1'))).toEqual(
            lines.map(({ message: { bytes } }) => `${bytes.toString('latin1')}\n`),
          );
          expect(sent.map(({ isQuery }) => isQuery)).toEqual(
            lines.map(({ message: { isQuery } }) => isQuery),
          );
        },
      ),
      { numRuns: count(2_000) },
    );
  });

  it('keep a carriage return that is the last byte of a block', async () => {
    const [request] = requestsOf([Buffer.from('DATA #11\r\r\nVOLT 5\r\n')]);
    expect(Buffer.from((await sentBy(request)).bytes).toString()).toBe('DATA #11\r\n');
  });

  it('end as the instrument wants it', async () => {
    const [request] = requestsOf([Buffer.from('MEAS?\n')], { terminator: '\r\n' });
    expect(Buffer.from((await sentBy(request)).bytes).toString()).toBe('MEAS?\r\n');
  });

  it.each([
    ['\r', 'MEAS?\rVOLT 5\r'],
    ['\r', 'MEAS?\r\nVOLT 5\r\n'],
    ['\r\n', 'MEAS?\r\nVOLT 5\r\n'],
    [';end;', 'MEAS?;VOLT 5;'],
  ])('of an instrument that ends them by %j are told apart in %j', async (terminator, stream) => {
    const sent = await Promise.all(requestsOf([Buffer.from(stream)], { terminator }).map(sentBy));
    expect(sent.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
      `MEAS?${terminator}`,
      `VOLT 5${terminator}`,
    ]);
  });

  it('are answered as the policy of the instrument says', async () => {
    const lines = [Buffer.from('GET\nPUT\n')];
    const replies = async (reply: ScpiDriverOptions['reply']): Promise<boolean[]> => {
      const sent = await Promise.all(requestsOf(lines, reply && { reply }).map(sentBy));
      return sent.map(({ isQuery }) => isQuery);
    };
    expect(await replies(undefined)).toEqual([false, false]);
    expect(await replies('always')).toEqual([true, true]);
    expect(await replies(/^GET/)).toEqual([true, false]);
  });

  it('that are never finished are no requests', () => {
    expect(requestsOf([Buffer.from('VOLT 5')])).toEqual([]);
  });
});
