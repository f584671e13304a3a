import { describe, expect, it } from 'vitest';
import {
  hislipMessageIds,
  OverlapClient,
  SynchronousClient,
} from '../../../src/protocols/index.ts';

const id = (count: number): number => (hislipMessageIds.first + 2 * count) >>> 0;

describe('a client in synchronized mode', () => {
  it('numbers its messages by two, over the end of the numbers', () => {
    const client = new SynchronousClient();
    expect(client.lastSent).toBe(hislipMessageIds.none);
    const ids = Array.from({ length: 130 }, () => client.next().messageId);
    expect(ids.slice(0, 2)).toEqual([0xffff_ff00, 0xffff_ff02]);
    expect(ids.slice(127)).toEqual([0xffff_fffe, 0, 2]);
    expect(client.lastSent).toBe(2);
  });

  it('says once that it has delivered a response, in whatever goes out next', () => {
    const client = new SynchronousClient();
    expect(client.next()).toEqual({ messageId: id(0), rmtDelivered: false });
    client.delivered(id(0), false);
    expect(client.next().rmtDelivered).toBe(false);
    client.delivered(id(1), true);
    expect(client.statusQuery()).toEqual({ messageId: id(1), rmtDelivered: true });
    expect(client.statusQuery().rmtDelivered).toBe(false);
    client.delivered(id(1), true);
    expect(client.next().rmtDelivered).toBe(true);
    expect(client.next().rmtDelivered).toBe(false);
  });

  it('takes only what answers its last message, or does not know yet what it answers', () => {
    const client = new SynchronousClient();
    client.next();
    expect(client.arriving(id(0))).toBe('take');
    client.next();
    expect(client.arriving(id(0))).toBe('drop');
    expect(client.arriving(id(1))).toBe('take');
    expect(client.arriving(hislipMessageIds.unknown)).toBe('take');
  });

  it('does not send between Interrupted and AsyncInterrupted', () => {
    const client = new SynchronousClient();
    client.next();
    client.next();
    expect(client.interrupted()).toBe(true);
    expect(client.canSend).toBe(false);
    // The response to the newest query may come before the other message does: it is kept.
    expect(client.arriving(id(1))).toBe('take');
    expect(client.asyncInterrupted()).toBe(false);
    expect(client.canSend).toBe(true);
  });

  it('drops data between AsyncInterrupted and Interrupted', () => {
    const client = new SynchronousClient();
    client.next();
    expect(client.asyncInterrupted()).toBe(true);
    expect(client.canSend).toBe(true);
    expect(client.arriving(id(0))).toBe('drop');
    expect(client.interrupted()).toBe(false);
    expect(client.arriving(id(0))).toBe('take');
  });

  it('keeps two interruptions apart', () => {
    const client = new SynchronousClient();
    client.next();
    client.asyncInterrupted();
    client.asyncInterrupted();
    client.interrupted();
    expect(client.arriving(id(0))).toBe('drop');
    client.interrupted();
    expect(client.arriving(id(0))).toBe('take');
  });
});

describe('a client in overlap mode', () => {
  it('takes whatever comes, and names the last that was delivered', () => {
    const client = new OverlapClient();
    expect(client.statusQuery()).toEqual({ messageId: hislipMessageIds.none, rmtDelivered: false });
    expect(client.next()).toEqual({ messageId: id(0), rmtDelivered: false });
    expect(client.arriving()).toBe('take');
    client.delivered(id(5));
    expect(client.statusQuery()).toEqual({ messageId: id(5), rmtDelivered: false });
    expect(client.next()).toEqual({ messageId: id(1), rmtDelivered: false });
    expect(client.lastSent).toBe(id(1));
  });

  it('is not stopped by an interruption, which that mode does not have', () => {
    const client = new OverlapClient();
    expect(client.interrupted()).toBe(false);
    expect(client.asyncInterrupted()).toBe(false);
    expect(client.canSend).toBe(true);
  });
});
