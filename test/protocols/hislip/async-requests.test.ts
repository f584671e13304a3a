import { describe, expect, it } from 'vitest';
import { HislipRequests, hislipRequestsMost } from '../../../src/protocols/index.ts';
import type { HislipMessage } from '../../../src/protocols/index.ts';

const status = (byte: number): HislipMessage => ({ type: 'AsyncStatusResponse', status: byte });
const granted: HislipMessage = { type: 'AsyncLockResponse', code: 1 };
const failed: HislipMessage = { type: 'Error', code: 0, text: '' };

describe('requests on the asynchronous channel', () => {
  it('get their answers in the order that they were sent', () => {
    const requests = new HislipRequests();
    const [first, second] = [requests.add('AsyncStatusQuery'), requests.add('AsyncStatusQuery')];
    expect(requests.take(status(1))).toEqual({ kind: 'answer', ticket: first, message: status(1) });
    expect(requests.take(status(2))).toEqual({
      kind: 'answer',
      ticket: second,
      message: status(2),
    });
    expect(requests.take(status(3))).toEqual({ kind: 'unasked' });
  });

  it('are answered while another waits for a lock', () => {
    const requests = new HislipRequests();
    const lock = requests.add('AsyncLock');
    const query = requests.add('AsyncStatusQuery');
    expect(requests.take(status(0))).toMatchObject({ ticket: query });
    expect(requests.take(granted)).toMatchObject({ kind: 'answer', ticket: lock });
  });

  it('that were given up leave their answer to nobody', () => {
    const requests = new HislipRequests();
    requests.abandon(requests.add('AsyncStatusQuery'));
    const second = requests.add('AsyncStatusQuery');
    expect(requests.take(status(1))).toEqual({ kind: 'late', message: status(1) });
    expect(requests.take(status(2))).toMatchObject({ kind: 'answer', ticket: second });
    requests.abandon(second);
    expect(requests.size).toBe(0);
  });

  it('take an error as the answer to the oldest that is no lock', () => {
    const requests = new HislipRequests();
    const lock = requests.add('AsyncLock');
    const info = requests.add('AsyncLockInfo');
    requests.add('AsyncRemoteLocalControl');
    expect(requests.take(failed)).toMatchObject({ kind: 'answer', ticket: info });
    expect(requests.take({ type: 'AsyncRemoteLocalResponse' })).toMatchObject({ kind: 'answer' });
    const secondLock = requests.add('AsyncLock');
    expect(requests.take(failed)).toMatchObject({ kind: 'answer', ticket: lock });
    expect(requests.take(failed)).toMatchObject({ kind: 'answer', ticket: secondLock });
    expect(requests.take(failed)).toEqual({ kind: 'unasked' });
  });

  it('are not answered by what comes without being asked for', () => {
    const requests = new HislipRequests();
    requests.add('AsyncStatusQuery');
    const events: readonly HislipMessage[] = [
      { type: 'AsyncServiceRequest', status: 0x40 },
      { type: 'AsyncInterrupted', messageId: 0 },
    ];
    for (const message of events)
      expect(requests.take(message)).toEqual({ kind: 'event', message });
    const fatal: HislipMessage = { type: 'FatalError', code: 1, text: '' };
    expect(requests.take(fatal)).toEqual({ kind: 'fatal', message: fatal });
    expect(requests.size).toBe(1);
  });

  it('are refused beyond their number', () => {
    const requests = new HislipRequests();
    for (let sent = 0; sent < hislipRequestsMost; sent += 1) requests.add('AsyncLockInfo');
    expect(() => requests.add('AsyncLockInfo')).toThrow(
      expect.objectContaining({ code: 'QUEUE_FULL' }),
    );
  });
});
