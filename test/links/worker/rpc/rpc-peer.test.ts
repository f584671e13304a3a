import { describe, expect, it } from 'vitest';
import { RpcPeer } from '../../../../src/links/worker/rpc/rpc-peer.ts';
import type { ChannelUser, RpcChannel } from '../../../../src/links/worker/rpc/channel.ts';

describe('one side of two that call each other', () => {
  it('takes the other for broken when what it says cannot be taken', async () => {
    const ends: unknown[] = [];
    const channel = new ByHand();
    const peer = new RpcPeer({
      channel,
      name: 'worker',
      onNotification: (method) => {
        throw { method };
      },
      onGone: (...end) => {
        ends.push(end);
        peer.end(end[0]);
      },
    });
    const call = peer.call('echo');
    const failed = expect(call).rejects.toMatchObject({
      code: 'WORKER_LOST',
      message: expect.stringContaining('WORKER_PROTOCOL') as string,
    });
    const event = { kind: 'notification', method: 'x', params: undefined } as const;
    expect(() => channel.user?.onEvents([event, event])).not.toThrow();
    await failed;
    expect(ends).toEqual([[expect.stringContaining('could not be taken'), true]]);
  });
});

/** A channel whose other side is the test. */
class ByHand implements RpcChannel {
  user: ChannelUser | undefined;

  open(user: ChannelUser): void {
    this.user = user;
  }

  post(): { isSent: boolean; takeBack: () => void } {
    return { isSent: true, takeBack: () => {} };
  }

  postAlone(): { isSent: boolean; takeBack: () => void } {
    return this.post();
  }

  async flushed(): Promise<void> {
    await Promise.resolve();
  }

  close(): void {}
}
