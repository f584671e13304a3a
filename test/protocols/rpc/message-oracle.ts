import type { RpcMessage } from '../../../src/protocols/index.ts';
import { toDigits } from '../hex.ts';

/** A parsed message in one line, to compare it. */
export function summaryOf(message: RpcMessage): string {
  switch (message.kind) {
    case 'call': {
      const { xid, program, version, procedure, credential, verifier, args } = message;
      const auth = [credential, verifier].map(({ flavor, body }) => `${flavor}:${toDigits(body)}`);
      return ['call', xid, program, version, procedure, ...auth, toDigits(args)].join('|');
    }
    case 'reply': {
      const { xid, verifier, outcome } = message;
      const numbers = [
        'lowest' in outcome ? `${outcome.lowest}-${outcome.highest}` : '',
        'reason' in outcome ? String(outcome.reason) : '',
        'results' in outcome ? toDigits(outcome.results) : '',
      ];
      const auth = `${verifier.flavor}:${toDigits(verifier.body)}`;
      return ['reply', xid, auth, outcome.kind, ...numbers].join('|');
    }
    case 'foreign-version':
      return `foreign|${message.xid}|${message.rpcVersion}`;
    case 'malformed':
      return 'malformed';
  }
}

const kinds = [
  'success',
  'program-unavailable',
  'program-mismatch',
  'procedure-unavailable',
  'garbage-arguments',
  'system-error',
];

class TooShort extends Error {}

/** What a message says, read word by word in the plainest way; as {@link summaryOf} has it. */
export function summaryIn(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const word = (): number => {
    if (at + 4 > bytes.length) throw new TooShort();
    at += 4;
    return view.getUint32(at - 4);
  };
  const auth = (): string => {
    const flavor = word() | 0;
    const length = word();
    const end = at + length + ((4 - (length % 4)) % 4);
    if (length > 400 || end > bytes.length) throw new TooShort();
    const body = toDigits(bytes.subarray(at, at + length));
    at = end;
    return `${flavor}:${body}`;
  };
  const rest = (): string => toDigits(bytes.subarray(at));
  const reply = (xid: number): string => {
    const state = word();
    if (state === 1) {
      const reason = word();
      if (reason === 0) return `reply|${xid}|0:|rpc-mismatch|${word()}-${word()}||`;
      return reason === 1 ? `reply|${xid}|0:|authentication-error||${word() | 0}|` : 'malformed';
    }
    if (state !== 0) return 'malformed';
    const verifier = auth();
    const accepted = word();
    const kind = kinds[accepted];
    if (kind === undefined) return 'malformed';
    const versions = accepted === 2 ? `${word()}-${word()}` : '';
    return `reply|${xid}|${verifier}|${kind}|${versions}||${accepted === 0 ? rest() : ''}`;
  };
  try {
    const xid = word();
    const type = word();
    if (type === 1) return reply(xid);
    if (type !== 0) return 'malformed';
    const version = word();
    if (version !== 2) return `foreign|${xid}|${version}`;
    return ['call', xid, word(), word(), word(), auth(), auth(), rest()].join('|');
  } catch (error) {
    if (error instanceof TooShort) return 'malformed';
    throw error;
  }
}
