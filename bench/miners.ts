import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SignalboxClient } from '../src/client/index.ts';
import type { SimulatedMiner } from '../src/simulators/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { processorSeconds, residentMegabytes } from './clients/process-facts.ts';
import { atMost, figure, noTarget } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const farmProgram = new URL('clients/miner-farm.ts', import.meta.url);
const loopProgram = new URL('clients/fetch-loop.ts', import.meta.url);
const miners = 1_000;
/** After the start everything is read for the first time, and what is quick becomes quicker. */
const settleSeconds = 15;
const measuredSeconds = 30;

/** Measured apart: bare loops that ask the same miners by other clients, and profiles of the gateway. */
const processorBound =
  'a bare loop that asks the same and parses the answers takes 20 to 23 % of a core with undici, which the gateway uses, ' +
  '24 to 30 % with node:http, and 13 to 19 % with bytes written to a socket by hand: about half of the aim and more is what a ' +
  'thousand requests a second cost at all, whatever asks them. In a profile of the gateway the collector takes 10 % (42 kB are ' +
  'made for each poll), and some 15 % are spread over turns, statistics, trace, values and alerts, none above 2 % by itself';

/** What one side costs while it asks all miners each second. */
interface Cost {
  /** Share of one core. */
  readonly core: number;
  readonly megabytes: number;
  readonly pollsPerSecond: number;
  readonly missed: number;
}

/** A thousand miners each second, in a gateway with all that a gateway does, beside a bare loop of fetch. */
const benchmark: Benchmark = {
  name: 'miners',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using farm = await Program.start(farmProgram, [String(miners)]);
    const all = JSON.parse(farm.first) as readonly SimulatedMiner[];
    const urls = all.map(({ host, port }) => `http://${host}:${port}`);
    context.progress(`a gateway asks ${miners} miners each second for ${measuredSeconds} s`);
    const ours = await gatewayCost(urls);
    context.progress('the same with a loop of fetch');
    const rival = await fetchCost(urls);
    const of = (what: string): string => `miners: ${miners} each second, ${what}`;
    return [
      figure({
        name: of('missed polls'),
        ours: ours.missed,
        rival: rival.missed,
        unit: 'polls',
        target: atMost(0),
      }),
      figure({
        name: of('polls done'),
        ours: ours.pollsPerSecond,
        rival: rival.pollsPerSecond,
        unit: 'polls/s',
        target: noTarget,
      }),
      figure({
        name: of('processor'),
        ours: ours.core * 100,
        rival: rival.core * 100,
        unit: '% of a core',
        target: atMost(30),
        bound: processorBound,
      }),
      figure({
        name: of('memory'),
        ours: ours.megabytes,
        rival: rival.megabytes,
        unit: 'MB',
        target: atMost(250),
      }),
    ];
  },
};

export default benchmark;

async function gatewayCost(urls: readonly string[]): Promise<Cost> {
  const toml = urls.map(
    (url, index) => `
[ports.m${index}]
http = "${url}"
protocol = "http"
[instruments.m${index}]
port = "m${index}"
driver = "bitaxe"
poll = { everyMs = 1000 }
`,
  );
  await using gateway = await GatewayProcess.start(toml.join(''), { isBuilt: true });
  const client = new SignalboxClient({ url: gateway.url });
  const counted = async (): Promise<{ polls: number; missed: number; failed: number }> => {
    const polls = await client.polls();
    return {
      polls: polls.reduce((sum, each) => sum + each.polls, 0),
      missed: polls.reduce((sum, each) => sum + each.missed, 0),
      failed: polls.reduce((sum, each) => sum + each.failed, 0),
    };
  };
  const cost = await costOf(gateway.pid, counted);
  return cost;
}

async function fetchCost(urls: readonly string[]): Promise<Cost> {
  await using loop = await Program.start(loopProgram, urls);
  return await costOf(loop.pid, async () => JSON.parse(await loop.ask('counts')) as Counts);
}

interface Counts {
  readonly polls: number;
  readonly missed: number;
  readonly failed: number;
}

async function costOf(pid: number, counted: () => Promise<Counts>): Promise<Cost> {
  await seconds(settleSeconds);
  const before = await counted();
  const usedBefore = await processorSeconds(pid);
  const beganMs = performance.now();
  await seconds(measuredSeconds);
  const used = (await processorSeconds(pid)) - usedBefore;
  const tookS = (performance.now() - beganMs) / 1_000;
  const megabytes = await residentMegabytes(pid);
  const after = await counted();
  if (after.failed > before.failed) {
    throw new Error(`${after.failed - before.failed} polls failed: the figures would mean nothing`);
  }
  return {
    core: used / tookS,
    megabytes,
    pollsPerSecond: (after.polls - before.polls) / tookS,
    missed: after.missed - before.missed,
  };
}

async function seconds(count: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, count * 1_000));
}

/** A program of this folder in a process of its own, which says a line at first and one for each that it is told. */
class Program implements AsyncDisposable {
  readonly first: string;
  readonly pid: number;
  readonly #child: ReturnType<typeof spawn>;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    child: ReturnType<typeof spawn>,
    lines: AsyncIterator<string>,
    first: string,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.first = first;
    this.pid = child.pid ?? 0;
  }

  static async start(program: URL, words: readonly string[]): Promise<Program> {
    const name = fileURLToPath(program);
    const child = spawn(process.execPath, [name, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (child.stdout === null) throw new Error(`${name} has no output`);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value } = (await lines.next()) as { readonly value?: string };
    if (value === undefined) throw new Error(`${name} said nothing`);
    return new Program(child, lines, value);
  }

  async ask(line: string): Promise<string> {
    this.#child.stdin?.write(`${line}\n`);
    const { value } = (await this.#lines.next()) as { readonly value?: string };
    return value ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
