import { readdirSync, readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import {
  nodeProcessWorkerFactory,
  processWorkerFactory,
  SupervisedWorker,
  threadWorkerFactory,
} from '../../../src/links/index.ts';
import type { SupervisedWorkerOptions, WorkerFactory } from '../../../src/links/index.ts';

const module = new URL('programs/worker.ts', import.meta.url).pathname;
const misbehaving = `${import.meta.dirname}/programs/misbehaving.py`;

/** The same worker, written for Node, as a process and as a thread. */
export const nodeWorkers: readonly { readonly kind: string; readonly factory: WorkerFactory }[] = [
  { kind: 'process', factory: nodeProcessWorkerFactory({ module }) },
  { kind: 'thread', factory: threadWorkerFactory({ module }) },
];

/** A worker that does wrong, in one way of many. */
export function misbehavingFactory(mode: string, memoryMostMib?: number): WorkerFactory {
  return processWorkerFactory({
    command: ['/usr/bin/python3', '-S', '-E', misbehaving, mode],
    ...(memoryMostMib === undefined ? {} : { memoryMostMib }),
  });
}

/** A worker that is stopped with its test. */
export function supervised(
  factory: WorkerFactory,
  options: Partial<SupervisedWorkerOptions> = {},
): SupervisedWorker {
  const worker = new SupervisedWorker({ name: 'worker', factory, politeMs: 200, ...options });
  onTestFinished(() => worker.stop());
  return worker;
}

/** Whether there is a process of that number that has not ended: a zombie has. */
export function isAlive(pid: number): boolean {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
    return state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}

/** The processes of a group that have not ended. */
export function membersOf(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const facts = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return Number(facts[2]) === group && facts[0] !== 'Z';
      } catch {
        return false;
      }
    });
}
