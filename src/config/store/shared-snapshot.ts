import { deserialize, serialize } from 'node:v8';
import { SignalboxError } from '../../kernel/index.ts';
import { ConfigSnapshot } from './config-snapshot.ts';
import { frozen } from './table.ts';

/** A configuration may be so long, in bytes, to be shared with other threads. */
const sharedBytesMost = 16_777_216;

/** The places of the head: a count of writes, twice raised by each, then the revision, then the length. */
const writesAt = 0;
const revisionAt = 1;
const lengthAt = 2;
const headBytes = 16;

/** The memory by which other threads see the newest revision. */
export class SharedSnapshot<T> {
  readonly buffer: SharedArrayBuffer;
  readonly #head: Int32Array;

  constructor(snapshot: ConfigSnapshot<T>) {
    this.buffer = new SharedArrayBuffer(headBytes, { maxByteLength: headBytes + sharedBytesMost });
    this.#head = new Int32Array(this.buffer, 0, headBytes / 4);
    this.put(snapshot);
  }

  /** Shows a newer revision. While it is written the count is odd: readers wait for the end. */
  put({ revision, value }: ConfigSnapshot<T>): void {
    const bytes = serialize(value);
    if (bytes.length > sharedBytesMost) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `the configuration is longer than ${sharedBytesMost} bytes`,
      );
    }
    const needed = headBytes + bytes.length;
    if (needed > this.buffer.byteLength) this.buffer.grow(needed);
    Atomics.add(this.#head, writesAt, 1);
    new Uint8Array(this.buffer, headBytes, bytes.length).set(bytes);
    Atomics.store(this.#head, lengthAt, bytes.length);
    Atomics.store(this.#head, revisionAt, revision);
    Atomics.add(this.#head, writesAt, 1);
  }
}

/**
 * The configuration as another thread sees it. Each read looks whether there is a newer revision, at
 * the cost of one load from memory: what was acknowledged anywhere in the process before the read
 * began is what the read gives. Nothing has to be sent or waited for.
 */
export class ConfigReplica<T> {
  readonly #buffer: SharedArrayBuffer;
  readonly #head: Int32Array;
  #writes = -1;
  #snapshot: ConfigSnapshot<T> | undefined;

  /** @param shared of the store: `store.shared()`, handed to the thread */
  constructor(shared: SharedArrayBuffer) {
    this.#buffer = shared;
    this.#head = new Int32Array(shared, 0, headBytes / 4);
  }

  /** The newest revision; the same object as long as there is no newer one. */
  get snapshot(): ConfigSnapshot<T> {
    if (Atomics.load(this.#head, writesAt) !== this.#writes || this.#snapshot === undefined) {
      return this.#read();
    }
    return this.#snapshot;
  }

  /** One value: `replica.get('ports.bus.baudRate')`. @throws BAD_ARGUMENT */
  get(path: string): unknown {
    return this.snapshot.get(path);
  }

  #read(): ConfigSnapshot<T> {
    for (;;) {
      const before = Atomics.load(this.#head, writesAt);
      // A write takes microseconds; nobody can be woken sooner than by looking again.
      if (before % 2 !== 0) continue;
      const revision = Atomics.load(this.#head, revisionAt);
      const length = Atomics.load(this.#head, lengthAt);
      const bytes = Buffer.from(new Uint8Array(this.#buffer, headBytes, length).slice());
      if (Atomics.load(this.#head, writesAt) !== before) continue;
      this.#snapshot = new ConfigSnapshot(revision, frozen(deserialize(bytes) as T));
      this.#writes = before;
      return this.#snapshot;
    }
  }
}
