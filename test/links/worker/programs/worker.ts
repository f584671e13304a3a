/** A worker with functions of all kinds, for a process and for a thread. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSignalboxError, SignalboxError } from '../../../../src/kernel/index.ts';
import { move, serveWorker, ShapedArray } from '../../../../src/links/worker/serve/worker-api.ts';
import type { FunctionContext } from '../../../../src/links/worker/serve/worker-api.ts';

const running = new Map<string, number>();
let overlaps = 0;
let aborted = 0;

async function exclusive(params: { ms: number }, { name }: FunctionContext): Promise<number> {
  const group = name.slice(0, -1);
  running.set(group, (running.get(group) ?? 0) + 1);
  if ((running.get(group) ?? 0) > 1) overlaps += 1;
  await sleep(params.ms);
  running.set(group, (running.get(group) ?? 0) - 1);
  return overlaps;
}

const host = serveWorker({
  name: 'test worker',
  version: '1.2.3',
  functions: {
    echo: { run: (params) => params, doc: 'Gives back what it is given.' },
    slowEcho: async (params: { ms: number; value: unknown }) => {
      await sleep(params.ms);
      return params.value;
    },
    fail: (params: { text: string }) => {
      throw new TypeError(params.text);
    },
    failLater: async (params: { text: string }) => {
      await sleep(1);
      throw new RangeError(params.text);
    },
    failAtLength: (params: { length: number }) => {
      throw new TypeError('"'.repeat(params.length));
    },
    failWithDetails: (params: { length: number }) => {
      const text = '"'.repeat(params.length);
      const bytes = new Uint8Array(params.length);
      throw new SignalboxError('PORT_ABSENT', text, {
        details: { port: 'bus', text, big: 1n, bytes, count: 2 },
        nextStep: text,
      });
    },
    /** Publishes as much as it may in one go. */
    publish: (params: { count: number }) => {
      for (let index = 0; index < params.count; index += 1) {
        try {
          host.event('trace', new Uint8Array(1_048_576));
        } catch (error) {
          return { published: index, code: isSignalboxError(error) ? error.code : 'none' };
        }
      }
      return { published: params.count };
    },
    refill: (params: { count: number }) => {
      const buffer = new Float64Array(1_000);
      for (let index = 0; index < params.count; index += 1) {
        host.event('trace', buffer.fill(index));
      }
      buffer.fill(99);
    },
    throwOutside: () => {
      setImmediate(() => {
        throw { toString: 1 };
      });
    },
    untilCancelled: async (_params: unknown, { signal }: FunctionContext) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted += 1;
      throw signal.reason;
    },
    abortedCount: () => aborted,
    steps: async (params: { to: number }, context: FunctionContext) => {
      for (let step = 1; step <= params.to; step += 1) {
        context.progress({ step });
        await sleep(1);
      }
      return 'done';
    },
    emit: (params: { count: number }) => {
      for (let index = 0; index < params.count; index += 1) host.event('tick', { index });
      return params.count;
    },
    trace: (params: { samples: number }) => ({
      volts: move(Float32Array.from({ length: params.samples }, (_, index) => index)),
      image: new ShapedArray(new Uint16Array(6), [2, 3]),
    }),
    unserializable: () => ({ big: 1n }),
    scope1: exclusive,
    scope2: exclusive,
    asg1: exclusive,
    askHost: async (params: { method: string; params: unknown }) =>
      await host.call(params.method, params.params),
    print: (params: { text: string }) => {
      console.log(params.text);
      process.stdout.write(`${params.text} again\n`);
      host.log('warn', 'told');
      return true;
    },
    grandchild: () =>
      spawn('/bin/sh', ['-c', 'trap "" TERM HUP; while :; do sleep 1; done'], { stdio: 'ignore' })
        .pid,
    exit: (params: { code: number }) => process.exit(params.code),
    block: () => {
      for (;;);
    },
    allocate: () => {
      const held: unknown[] = [];
      for (;;) held.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
    },
  },
  groups: { scope: ['scope1', 'scope2'], asg: ['asg1'] },
});
