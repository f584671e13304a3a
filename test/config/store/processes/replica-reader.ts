import { parentPort, workerData } from 'node:worker_threads';
import { ConfigReplica } from '../../../../src/config/store/shared-snapshot.ts';
import type { Counting } from './counting.ts';

/**
 * A thread that reads a configuration as fast as it can, and counts what it should not have seen: less
 * than what was acknowledged before it looked, or than what it saw before.
 */
const { shared, acknowledged, last } = workerData as {
  readonly shared: SharedArrayBuffer;
  readonly acknowledged: Int32Array;
  readonly last: number;
};
const replica = new ConfigReplica<Counting>(shared);
let reads = 0;
let stale = 0;
let seen = 0;
let revision = 0;
parentPort?.postMessage('ready');
while (seen < last) {
  const promised = Atomics.load(acknowledged, 0);
  const { snapshot } = replica;
  const counter = Number(snapshot.get('counter'));
  reads += 1;
  if (counter < promised || counter < seen || snapshot.revision < revision) stale += 1;
  seen = counter;
  ({ revision } = snapshot);
}
parentPort?.postMessage({ reads, stale });
