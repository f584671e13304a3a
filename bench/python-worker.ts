import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { processWorkerFactory, SupervisedWorker } from '../src/links/index.ts';
import { atMost, compareSides, figure, quantile, ratioAtLeast } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const python = '/usr/bin/python3';
const packageFolder = fileURLToPath(new URL('../python/', import.meta.url));
const environment = { PYTHONPATH: packageFolder, PYTHONDONTWRITEBYTECODE: '1' };

const calls = 20_000;
const inFlight = 100;
const payload = 'x'.repeat(100);
const samples = 16_384;
/** Published with a pause between, to see how long each is under way. */
const traces = 200;
/** Published without a pause, to see how many go through. */
const fastTraces = 300;
const rounds = 5;
const lineFeed = 10;

/** What a worker is compared with: a line in, a line out. */
const echoProgram = `
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    answer = {"jsonrpc": "2.0", "id": message["id"], "result": message["params"]["value"]}
    sys.stdout.write(json.dumps(answer) + "\\n")
    sys.stdout.flush()
`;
const workerProgram = `
import time
import numpy
from signalbox import worker
samples = numpy.sin(numpy.arange(${samples}, dtype="f4"))
text = samples.tolist()

@worker.function
def echo(value):
    return value

@worker.function
def publish(kind, count, pause):
    for _ in range(count):
        trace = samples if kind == "array" else text
        worker.event("trace", {"sent": time.monotonic_ns(), "samples": trace})
        time.sleep(pause)

worker.serve()
`;

/** Calls of a worker in Python, and the traces of an oscilloscope that it publishes. */
const benchmark: Benchmark = {
  name: 'python-worker',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using worker = new SupervisedWorker({
      name: 'bench',
      factory: processWorkerFactory({
        command: [python, '-c', workerProgram],
        environment: { PATH: process.env['PATH'] ?? '', ...environment },
      }),
    });
    await using echo = new EchoProgram();
    await worker.start();
    context.progress(`${calls} calls, ${inFlight} in flight`);
    const rates = await compareSides(
      { worker: async () => await rateOf(worker), echo: async () => await echo.rate() },
      { rounds, context },
    );
    context.progress(`${traces} traces of ${samples} samples`);
    const { times } = await published(worker, 'array', traces, 0.005);
    context.progress(`${fastTraces} traces without a pause, as arrays and as text`);
    const traceRates = await compareSides(
      {
        array: async () => (await published(worker, 'array', fastTraces, 0)).rate,
        text: async () => (await published(worker, 'text', fastTraces / 10, 0)).rate,
      },
      { rounds, context },
    );
    return [
      figure({
        name: `Python worker: calls at ${inFlight} in flight, beside a bare echo of JSON lines`,
        ours: rates.worker,
        rival: rates.echo,
        unit: 'calls/s',
        target: ratioAtLeast(0.6),
      }),
      figure({
        name: 'Python worker: 16,384 float32 samples to a subscriber, p50',
        ours: quantile(times, 0.5),
        unit: 'ms',
        target: atMost(2),
      }),
      figure({
        name: 'Python worker: traces of 16,384 float32 samples to a subscriber, beside JSON',
        ours: traceRates.array,
        rival: traceRates.text,
        unit: 'traces/s',
        target: ratioAtLeast(10),
      }),
    ];
  },
};

export default benchmark;

async function rateOf(worker: SupervisedWorker): Promise<number> {
  const startMs = performance.now();
  let left = calls;
  const askOn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await worker.call('echo', { value: payload }, { timeoutMs: 60_000 });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, askOn));
  return (calls * 1_000) / (performance.now() - startMs);
}

interface Trace {
  /** On the clock of `process.hrtime`, ns: CLOCK_MONOTONIC, as Python's `time.monotonic_ns`. */
  readonly sent: number;
  readonly samples: ArrayLike<number>;
}

/** Traces that the worker publishes, as a subscriber gets them: how long each took, and how many a second. */
async function published(
  worker: SupervisedWorker,
  kind: 'array' | 'text',
  count: number,
  pause: number,
): Promise<{ readonly times: readonly number[]; readonly rate: number }> {
  const times: number[] = [];
  const all = Promise.withResolvers<void>();
  using _subscription = worker.on('event', ({ data }) => {
    const { sent, samples: came } = data as Trace;
    if (came.length !== samples) all.reject(new Error(`${came.length} samples came`));
    times.push((Number(process.hrtime.bigint()) - sent) / 1e6);
    if (times.length === count) all.resolve();
  });
  const startMs = performance.now();
  const done = worker.call('publish', { kind, count, pause }, { timeoutMs: 60_000 });
  await Promise.all([all.promise, done]);
  return { times, rate: (count * 1_000) / (performance.now() - startMs) };
}

/** A program in Python that gives back each line. */
class EchoProgram implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;

  constructor() {
    this.#child = spawn(python, ['-c', echoProgram], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  async rate(): Promise<number> {
    const { stdin, stdout } = this.#child;
    const startMs = performance.now();
    let sent = 0;
    let answered = 0;
    const send = (count: number): void => {
      let text = '';
      for (const most = Math.min(calls, sent + count); sent < most; sent += 1) {
        text += `{"jsonrpc":"2.0","id":${sent},"method":"echo","params":{"value":"${payload}"}}\n`;
      }
      if (text !== '') stdin.write(text);
    };
    const all = Promise.withResolvers<void>();
    const count = (chunk: Buffer): void => {
      let lines = 0;
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) {
        lines += 1;
      }
      answered += lines;
      send(lines);
      if (answered === calls) all.resolve();
    };
    stdout.on('data', count);
    send(inFlight);
    await all.promise;
    stdout.off('data', count);
    return (calls * 1_000) / (performance.now() - startMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}
