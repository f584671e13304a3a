import { fork, spawn } from 'node:child_process';
import type { ChildProcess, ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import {
  nodeProcessWorkerFactory,
  SupervisedWorker,
  threadWorkerFactory,
} from '../src/links/index.ts';
import type { WorkerFactory } from '../src/links/index.ts';
import { compareSides, figure, noTarget, quantile, ratioAtLeast, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

/** Short rounds, many of them, and the best quarter: what no other load of the machine slowed. */
const rounds = 15;
const quickest = 0.75;
const callsARound = 30_000;
const oneByOneARound = 2_000;
const warmUpCalls = 20_000;
const text = 'x'.repeat(100);
const ourClient = new URL('clients/echo-worker.ts', import.meta.url).pathname;
const vscodeClient = new URL('clients/echo-vscode.ts', import.meta.url).pathname;
const forkClient = new URL('clients/echo-fork.ts', import.meta.url).pathname;

/** Lower quartile and median of 20 rounds in one run; strace -f -c; /proc/PID/task/TID/schedstat. */
const sessionBound =
  'a worker has a session of its own, so that it is ended as a whole group, and the kernel schedules each session as a group (autogroup, man 7 sched): where fork took 16.1 to 16.2 µs, it took 17.5 to 19.2 in a session of its own, and this worker 16.9 to 18.4, but 15.3 to 15.4 in the session of its host. There both sides together took 17.2 µs of processor time a call (fork: 17.9). The system calls are as many: 2 write, 2 read and 3.3 epoll_pwait a call (fork: 2, 2 and 4.0). In runs in which a call took 49 to 54 µs on all sides the two were within 2 % of each other, and a session of its own showed no cost';

/** Somebody who answers with what it was asked. */
interface Echo extends AsyncDisposable {
  ask(params: { readonly text: string }): Promise<unknown>;
}

/** Calls to a worker written for Node, beside those that vscode-jsonrpc and `fork` make. */
const benchmark: Benchmark = {
  name: 'workers',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using stack = new AsyncDisposableStack();
    const ours = stack.use(await worker(nodeProcessWorkerFactory({ module: ourClient })));
    const thread = stack.use(await worker(threadWorkerFactory({ module: ourClient })));
    const vscode = stack.use(vscodeEcho());
    const forked = stack.use(forkEcho());
    const forkedAlike = stack.use(forkEcho({ detached: true }));
    for (const echo of [ours, thread, vscode, forked, forkedAlike]) {
      await rate(echo, 100, warmUpCalls);
    }
    const figures: Figure[] = [];
    for (const inFlight of [100, 1_000]) {
      context.progress(`${inFlight} calls in flight`);
      const rates = await compareSides(
        {
          ours: async () => await rate(ours, inFlight, callsARound),
          thread: async () => await rate(thread, inFlight, callsARound),
          vscode: async () => await rate(vscode, inFlight, callsARound),
          fork: async () => await rate(forked, inFlight, callsARound),
        },
        { rounds, taken: quickest, context },
      );
      const name = (what: string): string => `workers: ${inFlight} calls in flight, ${what}`;
      const unit = 'calls/s';
      figures.push(
        figure({
          name: name('process beside vscode-jsonrpc'),
          ours: rates.ours,
          rival: rates.vscode,
          unit,
          target: ratioAtLeast(5),
        }),
        figure({
          name: name('process beside fork'),
          ours: rates.ours,
          rival: rates.fork,
          unit,
          target: noTarget,
        }),
        figure({
          name: name('thread beside process'),
          ours: rates.thread,
          rival: rates.ours,
          unit,
          target: noTarget,
        }),
      );
    }
    context.progress('one call at a time');
    const times = await compareSides(
      {
        ours: async () => await middleTime(ours),
        thread: async () => await middleTime(thread),
        fork: async () => await middleTime(forked),
        forkAlike: async () => await middleTime(forkedAlike),
      },
      { rounds, context },
    );
    figures.push(
      figure({
        name: 'workers: p50 of one call at a time, process beside fork',
        ours: times.ours,
        rival: times.fork,
        unit: 'us',
        target: ratioAtMost(1),
        bound: sessionBound,
      }),
      figure({
        name: 'workers: p50 of one call at a time, process beside fork in a session of its own',
        ours: times.ours,
        rival: times.forkAlike,
        unit: 'us',
        target: noTarget,
      }),
      figure({
        name: 'workers: p50 of one call at a time, thread beside process',
        ours: times.thread,
        rival: times.ours,
        unit: 'us',
        target: noTarget,
      }),
    );
    return figures;
  },
};

export default benchmark;

async function worker(factory: WorkerFactory): Promise<Echo> {
  const supervised = new SupervisedWorker({ name: 'echo', factory });
  await supervised.start();
  return {
    ask: (params) => supervised.call('echo', params),
    [Symbol.asyncDispose]: () => supervised.stop(),
  };
}

function vscodeEcho(): Echo {
  const child = spawn(process.execPath, [vscodeClient], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  return {
    ask: (params) => connection.sendRequest('echo', params),
    [Symbol.asyncDispose]: async () => {
      connection.dispose();
      await ended(child);
    },
  };
}

function forkEcho(options: ForkOptions = {}): Echo {
  const child = fork(forkClient, options);
  const pending = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  child.on('message', (message) => {
    const { id, result } = message as { readonly id: number; readonly result: unknown };
    pending.get(id)?.(result);
    pending.delete(id);
  });
  return {
    ask: (params) =>
      new Promise((resolve) => {
        lastId += 1;
        pending.set(lastId, resolve);
        child.send({ id: lastId, params });
      }),
    [Symbol.asyncDispose]: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Calls in a second, where so many callers ask again as soon as they are answered. */
async function rate(echo: Echo, inFlight: number, calls: number): Promise<number> {
  const params = { text };
  let left = calls;
  const ask = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await echo.ask(params);
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, ask));
  return (calls / (performance.now() - startMs)) * 1_000;
}

/** The middle one of the times of single calls, in microseconds. */
async function middleTime(echo: Echo): Promise<number> {
  const params = { text };
  const times: number[] = [];
  for (let call = 0; call < oneByOneARound; call += 1) {
    const startMs = performance.now();
    await echo.ask(params);
    times.push((performance.now() - startMs) * 1_000);
  }
  return quantile(times, 0.5);
}
