import { encodeRecord, encodeRpcMessage, noAuth, sysAuth } from '../../../src/protocols/index.ts';
import type { RpcAuth, RpcOutcome } from '../../../src/protocols/index.ts';
import { RandomBytes } from '../random-bytes.ts';

/** Records and messages that a generator of random numbers decides. */
export class RandomMessages extends RandomBytes {
  constructor(random: () => number) {
    super(random, [0x00, 0x01, 0x02, 0x04, 0x80, 0xff]);
  }

  word(): number {
    return this.chance(0.5) ? this.below(8) : this.below(0x1_0000_0000);
  }

  auth(): RpcAuth {
    if (this.chance(0.5)) return noAuth;
    if (this.chance(0.5)) return { flavor: this.below(8), body: this.bytes(this.below(30)) };
    return sysAuth({
      stamp: this.word(),
      machineName: 'bench'.repeat(this.below(4)),
      userId: this.word(),
      groupId: this.word(),
      groupIds: Array.from({ length: this.below(5) }, () => this.word()),
    });
  }

  outcome(): RpcOutcome {
    const lowest = this.word();
    const highest = this.word();
    return this.one<RpcOutcome>([
      { kind: 'success', results: this.bytes(4 * this.below(20)) },
      { kind: 'program-unavailable' },
      { kind: 'program-mismatch', lowest, highest },
      { kind: 'procedure-unavailable' },
      { kind: 'garbage-arguments' },
      { kind: 'system-error' },
      { kind: 'rpc-mismatch', lowest, highest },
      { kind: 'authentication-error', reason: this.below(8) },
    ]);
  }

  message(): Uint8Array {
    if (this.chance(0.4)) {
      const outcome = this.outcome();
      return encodeRpcMessage({ kind: 'reply', xid: this.word(), verifier: this.auth(), outcome });
    }
    return encodeRpcMessage({
      kind: 'call',
      xid: this.word(),
      program: this.one([100_000, 395_183, this.word()]),
      version: this.below(4),
      procedure: this.below(30),
      credential: this.auth(),
      verifier: this.auth(),
      args: this.bytes(4 * this.below(20)),
    });
  }

  /** A record in fragments of any length, of which most are damaged: in the message, or around it. */
  record(): Uint8Array {
    const good = this.message();
    const message = this.chance(0.4) ? this.mutate(good) : good;
    const record = encodeRecord(message, this.chance(0.6) ? undefined : 1 + this.below(60));
    return this.chance(0.4) ? this.mutate(record) : record;
  }
}
