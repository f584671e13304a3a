import { RingBuffer } from '../kernel/index.ts';
import type { ErrorCode, Owner } from '../kernel/index.ts';

/** How many exchanges a port remembers unless it is told otherwise, and how many of each instrument on it. */
export const tracedOfPortMost = 1_000;
export const tracedOfScopeMost = 200;
/** For how many instruments of a port exchanges are remembered apart. */
export const tracedScopesMost = 256;
/** So many bytes of each request and reply are kept. */
export const tracedBytesMost = 128;

/** One request and what came of it: who sent what, and waited how long. */
export interface TraceEntry {
  /** Counts up over the life of the port, without a gap. */
  readonly sequence: number;
  /** When it ended, ms since 1970. */
  readonly atMs: number;
  readonly label: string;
  readonly scope?: string;
  /** All whose requests this exchange answered. */
  readonly owners: readonly Owner[];
  /** The longest any of them waited for it. */
  readonly waitMs: number;
  readonly serviceMs: number;
  readonly attempts: number;
  readonly request: Uint8Array;
  readonly reply: Uint8Array;
  /** `ok`, `late` for bytes that nobody waited for, or an error code. */
  readonly outcome: 'ok' | 'late' | ErrorCode;
}

/** What went over the wire lately, of the whole port and of each instrument on it. */
export class Trace {
  readonly #port: RingBuffer<TraceEntry>;
  readonly #scopes = new Map<string, RingBuffer<TraceEntry>>();
  #sequence = 0;
  #last: TraceEntry | undefined;

  /** @param portMost so many of the port are remembered. @throws BAD_ARGUMENT below 1 */
  constructor(portMost: number = tracedOfPortMost) {
    this.#port = new RingBuffer<TraceEntry>(portMost);
  }

  /** Bytes and owners that are those of the entry before are kept once: a poll asks the same each time. */
  add(entry: Omit<TraceEntry, 'sequence'>): TraceEntry {
    const before = this.#last;
    const whole: TraceEntry = {
      ...entry,
      owners: sameOwners(before?.owners, entry.owners),
      request: sameBytes(before?.request, entry.request),
      reply: sameBytes(before?.reply, entry.reply),
      sequence: this.#sequence,
    };
    this.#last = whole;
    this.#sequence += 1;
    this.#port.push(whole);
    if (entry.scope !== undefined) this.#scope(entry.scope)?.push(whole);
    return whole;
  }

  /** Oldest first. With a scope, that instrument's own, which a busy neighbour does not push out. */
  entries(scope?: string): TraceEntry[] {
    return scope === undefined ? [...this.#port] : [...(this.#scopes.get(scope) ?? [])];
  }

  #scope(scope: string): RingBuffer<TraceEntry> | undefined {
    const known = this.#scopes.get(scope);
    if (known !== undefined || this.#scopes.size >= tracedScopesMost) return known;
    const ring = new RingBuffer<TraceEntry>(tracedOfScopeMost);
    this.#scopes.set(scope, ring);
    return ring;
  }
}

function sameOwners(
  before: readonly Owner[] | undefined,
  owners: readonly Owner[],
): readonly Owner[] {
  const isSame =
    before?.length === owners.length && owners.every((owner, index) => owner === before[index]);
  return isSame ? before : owners;
}

function sameBytes(before: Uint8Array | undefined, bytes: Uint8Array): Uint8Array {
  return before !== undefined && Buffer.compare(before, bytes) === 0 ? before : bytes;
}

/** The first {@link tracedBytesMost} bytes of some chunks, as a copy. */
export function tracedBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(Math.min(length, tracedBytesMost));
  let at = 0;
  for (const chunk of chunks) {
    if (at >= bytes.length) break;
    const piece = chunk.subarray(0, bytes.length - at);
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
