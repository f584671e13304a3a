import { describe, expect, it } from 'vitest';
import {
  hislipMessageIds,
  OverlapExchange,
  SynchronousExchange,
} from '../../../src/protocols/index.ts';
import type { HislipMark } from '../../../src/protocols/index.ts';

const id = (count: number): number => (hislipMessageIds.first + 2 * count) >>> 0;
const mark = (count: number, rmtDelivered = false): HislipMark => ({
  messageId: id(count),
  rmtDelivered,
});

describe('a server in synchronized mode', () => {
  it('gives a response the id of its query, in every piece', () => {
    const exchange = new SynchronousExchange();
    exchange.received(mark(0));
    expect(exchange.offer(id(0), false)).toEqual({ kind: 'send', messageId: id(0) });
    expect(exchange.offer(id(0), true)).toEqual({ kind: 'send', messageId: id(0) });
  });

  it('drops a response when a newer message has come, and tells the client once on each channel', () => {
    const exchange = new SynchronousExchange();
    exchange.received(mark(0));
    exchange.offer(id(0), false);
    exchange.received(mark(1));
    expect(exchange.offer(id(0), false)).toEqual({
      kind: 'interrupted',
      asynchronous: { type: 'AsyncInterrupted', messageId: id(1) },
      synchronous: { type: 'Interrupted', messageId: id(1) },
    });
    expect(exchange.offer(id(0), true)).toEqual({ kind: 'drop' });
    expect(exchange.offer(id(1), true)).toEqual({ kind: 'send', messageId: id(1) });
  });

  it('tells of each of two responses that were interrupted', () => {
    const exchange = new SynchronousExchange();
    for (const count of [0, 1, 2]) exchange.received(mark(count));
    expect(exchange.offer(id(0), true).kind).toBe('interrupted');
    expect(exchange.offer(id(1), true).kind).toBe('interrupted');
    expect(exchange.offer(id(2), true).kind).toBe('send');
  });

  it('notices a response that was sent and never read, and says it once', () => {
    const exchange = new SynchronousExchange();
    exchange.received(mark(0));
    exchange.offer(id(0), true);
    expect(exchange.received(mark(1))).toBe('unread-response');
    expect(exchange.received(mark(2))).toBe('in-step');
  });

  it('is in step with a client that read its response, and says so in either way', () => {
    const exchange = new SynchronousExchange();
    exchange.received(mark(0));
    exchange.offer(id(0), true);
    expect(exchange.received(mark(1, true))).toBe('in-step');
    exchange.offer(id(1), true);
    exchange.isMessageAvailable(mark(1, true));
    expect(exchange.received(mark(2))).toBe('in-step');
  });

  it('notices a client that has read what was never sent', () => {
    const exchange = new SynchronousExchange();
    exchange.received(mark(0));
    exchange.offer(id(0), false);
    expect(exchange.received(mark(1, true))).toBe('nothing-to-deliver');
  });

  it('has a message available from the first piece of a response until the client has read it', () => {
    const exchange = new SynchronousExchange();
    expect(
      exchange.isMessageAvailable({ messageId: hislipMessageIds.none, rmtDelivered: false }),
    ).toBe(false);
    exchange.received(mark(0));
    expect(exchange.isMessageAvailable(mark(0))).toBe(false);
    exchange.offer(id(0), false);
    expect(exchange.isMessageAvailable(mark(0))).toBe(true);
    exchange.offer(id(0), true);
    expect(exchange.isMessageAvailable(mark(0))).toBe(true);
    expect(exchange.isMessageAvailable(mark(0, true))).toBe(false);
    expect(exchange.isMessageAvailable(mark(0))).toBe(false);
  });

  it('has none for a client that has a newer message under way', () => {
    const exchange = new SynchronousExchange();
    exchange.received(mark(0));
    exchange.offer(id(0), true);
    expect(exchange.isMessageAvailable(mark(1))).toBe(false);
    exchange.received(mark(1, true));
    expect(exchange.isMessageAvailable(mark(1))).toBe(false);
  });

  it('takes what a status query says of responses for old when a newer message overtook it', () => {
    const exchange = new SynchronousExchange();
    exchange.received(mark(0));
    exchange.offer(id(0), true);
    exchange.received(mark(1));
    exchange.offer(id(1), true);
    expect(exchange.isMessageAvailable(mark(0, true))).toBe(false);
    expect(exchange.isMessageAvailable(mark(1))).toBe(true);
    expect(exchange.received(mark(2, true))).toBe('in-step');
  });

  it('drops what is offered after a device clear began', () => {
    const exchange = new SynchronousExchange();
    exchange.received(mark(0));
    exchange.abandon();
    expect(exchange.offer(id(0), true)).toEqual({ kind: 'drop' });
  });
});

describe('a server in overlap mode', () => {
  it('numbers what it sends by itself, and lets no query interrupt another', () => {
    const exchange = new OverlapExchange();
    expect(exchange.received()).toBe('in-step');
    exchange.received();
    expect(exchange.offer()).toEqual({ kind: 'send', messageId: id(0) });
    expect(exchange.offer()).toEqual({ kind: 'send', messageId: id(1) });
  });

  it('has a message available while the last that it sent was not delivered', () => {
    const exchange = new OverlapExchange();
    const none = { messageId: hislipMessageIds.none, rmtDelivered: false };
    expect(exchange.isMessageAvailable(none)).toBe(false);
    exchange.offer();
    exchange.offer();
    expect(exchange.isMessageAvailable(none)).toBe(true);
    expect(exchange.isMessageAvailable(mark(0, true))).toBe(true);
    expect(exchange.isMessageAvailable(mark(1))).toBe(false);
  });

  it('drops what is offered after a device clear began', () => {
    const exchange = new OverlapExchange();
    exchange.abandon();
    expect(exchange.offer()).toEqual({ kind: 'drop' });
  });
});

describe.each([
  ['synchronized', () => new SynchronousExchange()],
  ['overlap', () => new OverlapExchange()],
])('what waits for a message in %s mode', (_mode, begin) => {
  it('waits until that message was carried out, also over the end of the numbers', () => {
    const exchange = begin();
    expect(exchange.isCarriedOut(hislipMessageIds.none)).toBe(true);
    for (let count = 0; count < 200; count += 1) {
      expect(exchange.isCarriedOut(id(count)), String(count)).toBe(false);
      exchange.carriedOut(id(count));
      expect(exchange.isCarriedOut(id(count)), String(count)).toBe(true);
      expect(exchange.isCarriedOut(id(count + 60)), String(count)).toBe(false);
    }
  });

  it('does not wait for a number that no message can have yet', () => {
    expect(begin().isCarriedOut(0)).toBe(true);
  });
});
