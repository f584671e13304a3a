// A thread that takes a lock again and again, at the same time as others, and counts while it has
// it. It says when it began and when it was done.
import { parentPort } from 'node:worker_threads';
import { SharedMutex } from '../../src/locks/index.ts';
import { lockBare, unlockBare } from './bare-lock.ts';

/** What to take, and how often. */
export interface Round {
  readonly lock: 'bare' | 'ours';
  readonly times: number;
  readonly buffer: SharedArrayBuffer;
  /** The threads that have come, and what all of them have counted. */
  readonly counts: SharedArrayBuffer;
  /** So many begin together. */
  readonly threads: number;
}

/** When a round began and ended, by the clock that all threads share. */
export interface Done {
  readonly beganNs: bigint;
  readonly endedNs: bigint;
}

parentPort?.on('message', (round: Round) => {
  const counts = new Int32Array(round.counts);
  Atomics.add(counts, 0, 1);
  while (Atomics.load(counts, 0) < round.threads) Atomics.wait(counts, 0, 0, 1);
  const beganNs = process.hrtime.bigint();
  if (round.lock === 'ours') takeOurs(round, counts);
  else takeBare(round, counts);
  parentPort?.postMessage({ beganNs, endedNs: process.hrtime.bigint() } satisfies Done);
});

function takeOurs({ times, buffer }: Round, counts: Int32Array): void {
  const mutex = new SharedMutex({ buffer });
  for (let turn = 0; turn < times; turn += 1) {
    const guard = mutex.acquireSync();
    counts[1] = (counts[1] ?? 0) + 1;
    guard.release();
  }
}

function takeBare({ times, buffer }: Round, counts: Int32Array): void {
  const word = new Int32Array(buffer);
  for (let turn = 0; turn < times; turn += 1) {
    lockBare(word);
    counts[1] = (counts[1] ?? 0) + 1;
    unlockBare(word);
  }
}
