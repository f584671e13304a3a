import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { atMost, compareSides, figure, median, ratioAtLeast, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const python = '/usr/bin/python3';
const packageFolder = fileURLToPath(new URL('../python/', import.meta.url));

const calls = 20_000;
const inFlight = 100;
const payload = 'x'.repeat(100);
const traces = 200;
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
import numpy
from signalbox import worker
samples = numpy.sin(numpy.arange(16384, dtype="f4"))

@worker.function
def echo(value):
    return value

@worker.function
def trace():
    return samples

@worker.function
def trace_as_text():
    return samples.tolist()

worker.serve()
`;

/** Calls of a worker in Python, and one trace of an oscilloscope. */
const benchmark: Benchmark = {
  name: 'python-worker',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using worker = new PythonProgram(workerProgram);
    await using echo = new PythonProgram(echoProgram);
    await worker.lines(1);
    context.progress(`${calls} calls, ${inFlight} in flight`);
    const rates = await compareSides(
      { worker: async () => await rateOf(worker), echo: async () => await rateOf(echo) },
      { rounds, context },
    );
    context.progress(`${traces} traces of 16,384 samples`);
    const times = await compareSides(
      {
        array: async () => await traceMs(worker, 'trace'),
        text: async () => await traceMs(worker, 'trace_as_text'),
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
        name: 'Python worker: 16,384 float32 samples to its host, p50',
        ours: times.array,
        unit: 'ms',
        target: atMost(2),
      }),
      figure({
        name: 'Python worker: the same beside JSON, p50',
        ours: times.array,
        rival: times.text,
        unit: 'ms',
        target: ratioAtMost(0.1),
      }),
    ];
  },
};

export default benchmark;

async function rateOf(program: PythonProgram): Promise<number> {
  const startMs = performance.now();
  let sent = 0;
  let answered = 0;
  const send = (count: number): void => {
    let text = '';
    for (const most = Math.min(calls, sent + count); sent < most; sent += 1) {
      text += `{"jsonrpc":"2.0","id":${sent},"method":"echo","params":{"value":"${payload}"}}\n`;
    }
    if (text !== '') program.write(text);
  };
  send(inFlight);
  while (answered < calls) {
    const lines = await program.lines(1);
    answered += lines;
    send(lines);
  }
  return (calls * 1_000) / (performance.now() - startMs);
}

/** How long one trace takes until its numbers can be used. */
async function traceMs(program: PythonProgram, method: string): Promise<number> {
  const times: number[] = [];
  // Text is not what is to be measured: a few of it will do.
  const count = method === 'trace' ? traces : traces / 10;
  for (let id = 0; id < count; id += 1) {
    const startMs = performance.now();
    program.write(`{"jsonrpc":"2.0","id":${id},"method":"${method}"}\n`);
    const samples = await program.samples();
    if (samples.length !== 16_384) throw new Error(`${samples.length} samples came`);
    times.push(performance.now() - startMs);
  }
  return median(times);
}

/** A program in Python and what it writes. */
class PythonProgram implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(program: string) {
    this.#child = spawn(python, ['-c', program], {
      env: { ...process.env, PYTHONPATH: packageFolder, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#chunks = this.#child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  write(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Reads until at least so many lines have come; gives how many. */
  async lines(least: number): Promise<number> {
    let count = 0;
    while (count < least) {
      const chunk = await this.#chunk();
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) {
        count += 1;
      }
    }
    return count;
  }

  /** The numbers of one answer, whether they came as bytes or as text. */
  async samples(): Promise<ArrayLike<number>> {
    let all = await this.#chunk();
    while (!all.includes(lineFeed)) all = Buffer.concat([all, await this.#chunk()]);
    const end = all.indexOf(lineFeed);
    const { result, $binary: lengths } = JSON.parse(all.toString('utf8', 0, end)) as {
      readonly result: number[];
      readonly $binary?: readonly number[];
    };
    if (lengths === undefined) return result;
    const chunks = [all.subarray(end + 1)];
    for (let have = all.length - end - 1; have < (lengths[0] ?? 0);) {
      const chunk = await this.#chunk();
      chunks.push(chunk);
      have += chunk.length;
    }
    const bytes = Uint8Array.from(Buffer.concat(chunks));
    return new Float32Array(bytes.buffer);
  }

  async #chunk(): Promise<Buffer> {
    const { value, done } = await this.#chunks.next();
    if (done === true) throw new Error('the program has ended');
    return value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#child.once('close', () => resolve());
    this.#child.kill('SIGKILL');
    await promise;
  }
}
