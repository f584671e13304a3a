import { digits } from '../byte-peer.ts';
import type { BytePeer } from '../byte-peer.ts';

/** A call as it came, in digits. */
export interface HeardCall {
  readonly xid: string;
  /** Program, version and procedure. */
  readonly head: string;
  readonly args: string;
}

/** A server's end of a connection with calls, which are answered by hand. RFC 5531, sections 9 and 11. */
export class RpcPeer {
  readonly bytes: BytePeer;

  constructor(bytes: BytePeer) {
    this.bytes = bytes;
  }

  /** The next call. */
  async hear(): Promise<HeardCall> {
    const mark = Number.parseInt(await this.bytes.hear(4), 16);
    if (mark < 0x8000_0000) throw new Error(`a fragment that is not the last: ${mark}`);
    const record = await this.bytes.hear(mark - 0x8000_0000);
    // Call, RPC 2; no credential and no verifier.
    const shape = new RegExp(`^(.{8})${digits('00000000 00000002')}(.{24})${'0'.repeat(32)}(.*)$`);
    const [, xid = '', head = '', args = ''] = shape.exec(record) ?? [];
    if (xid === '') throw new Error(`no call: ${record}`);
    return { xid, head, args };
  }

  /** Answers a call: accepted, no verifier, success. */
  reply(xid: string, results: string): void {
    this.bytes.say(success(xid, results));
  }
}

/** The record with which a call is answered. */
export function success(xid: string, results: string): string {
  return record(`${xid} 00000001 00000000 00000000 00000000 00000000 ${results}`);
}

/** A record of one fragment. */
export function record(hex: string): string {
  const body = digits(hex);
  return (0x8000_0000 + body.length / 2).toString(16) + body;
}

/** Opaque data: its length, its bytes, and what fills them up. RFC 4506, section 4.10. */
export function opaque(text: string): string {
  const fill = '00'.repeat((4 - (text.length % 4)) % 4);
  return int(text.length) + Buffer.from(text, 'latin1').toString('hex') + fill;
}

export function int(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
