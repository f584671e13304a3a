import { describe, expect, it } from 'vitest';
import { HislipClientOpening, hislipFailure } from '../../../src/protocols/index.ts';

const opening = (): HislipClientOpening => new HislipClientOpening({ messageBytesMost: 65_536 });

describe('a client that opens a session', () => {
  it('makes both connections and agrees on the sizes', () => {
    const client = new HislipClientOpening({
      messageBytesMost: 65_536,
      subAddress: 'hislip1',
      vendorId: 'AB',
    });
    expect(client.start()).toEqual({
      type: 'Initialize',
      version: 0x0100,
      vendorId: 'AB',
      subAddress: 'hislip1',
    });
    expect(
      client.take({ type: 'InitializeResponse', version: 0x0100, sessionId: 7, features: 1 }),
    ).toEqual({
      kind: 'send',
      on: 'asynchronous',
      message: { type: 'AsyncInitialize', sessionId: 7 },
    });
    expect(
      client.take({ type: 'AsyncInitializeResponse', vendorId: 'KT', isSecure: false }),
    ).toEqual({
      kind: 'send',
      on: 'asynchronous',
      message: { type: 'AsyncMaximumMessageSize', bytes: 65_536 },
    });
    expect(client.take({ type: 'AsyncMaximumMessageSizeResponse', bytes: 4_096 })).toEqual({
      kind: 'open',
      session: { id: 7, vendorId: 'KT', isOverlap: true, messageBytesMost: 4_096 },
    });
  });

  it('asks for hislip0 when nothing else is said', () => {
    expect(opening().start()).toMatchObject({ subAddress: 'hislip0', vendorId: 'XX' });
  });

  it('says why the server refused', () => {
    const refuse = (): unknown =>
      opening().take({ type: 'FatalError', code: 4, text: 'at most 3 sessions' });
    expect(refuse).toThrow(
      expect.objectContaining({
        code: 'LINK_COMMUNICATION',
        message: "the HiSLIP server answers: too many clients ('at most 3 sessions')",
      }),
    );
  });

  it('takes no message that is not its turn, and no server that must have encryption', () => {
    expect(() => opening().take({ type: 'AsyncStatusResponse', status: 0 })).toThrow(
      expect.objectContaining({ code: 'LINK_PROTOCOL' }),
    );
    for (const features of [2, 4]) {
      expect(() =>
        opening().take({ type: 'InitializeResponse', version: 0x0200, sessionId: 1, features }),
      ).toThrow(expect.objectContaining({ code: 'LINK_COMMUNICATION' }));
    }
  });
});

describe('an error of a HiSLIP server', () => {
  it.each([
    ['FatalError', 1, 'LINK_PROTOCOL', 'poorly formed message header'],
    ['FatalError', 3, 'LINK_COMMUNICATION', 'invalid initialization sequence'],
    ['FatalError', 77, 'LINK_COMMUNICATION', 'reserved error 77'],
    ['FatalError', 130, 'INSTRUMENT_ERROR', 'device error 130'],
    ['Error', 4, 'LINK_PROTOCOL', 'message too large'],
    ['Error', 128, 'INSTRUMENT_ERROR', 'device error 128'],
  ] as const)('%s %i is %s: %s', (type, code, errorCode, means) => {
    expect(hislipFailure({ type, code, text: '' })).toMatchObject({
      code: errorCode,
      message: `the HiSLIP server answers: ${means}`,
      details: { type, code },
    });
  });
});
