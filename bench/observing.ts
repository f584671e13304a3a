import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../src/kernel/index.ts';
import type { Owner } from '../src/kernel/index.ts';
import { Port } from '../src/ports/index.ts';
import type { Tracer } from '../src/ports/index.ts';
import type * as portsRoom from '../src/ports/index.ts';
import {
  Metrics,
  ownerMetrics,
  portMetrics,
  startTracing,
  SystemMonitor,
} from '../src/telemetry/index.ts';
import type { Tracing } from '../src/telemetry/index.ts';
import { ask } from '../test/support/line-transaction.ts';
import { MemoryBench } from '../test/support/memory-link.ts';
import { Plantation } from '../test/support/plantation.ts';
import { atMost, compareSides, figure, nanosecondsEach, noTarget, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure, Side } from './figure.ts';

const rounds = 25;
/** The quickest quarter: what no other load of the machine slowed. */
const taken = 0.25;
const transactions = 4_000;
const portsScraped = 1_000;
const idleMs = 4_000;

/** The port without what tracing needs of it. */
const untraced = [
  {
    bug: 'nobody can follow it',
    file: 'port.ts',
    find: '    if (this.tracer !== undefined) request.trace = this.#trace(this.tracer, request);\n',
    replace: '',
  },
  {
    bug: 'its turn is not told',
    file: 'pending.ts',
    find: '    this.trace?.begun();\n',
    replace: '',
  },
  {
    bug: 'its end is not told',
    file: 'port-record.ts',
    find: '    request.trace?.ended(failure);\n',
    replace: '',
  },
];

/** What it costs to be looked at: traces, a scrape, the monitor of the process. */
const benchmark: Benchmark = {
  name: 'observing',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    // First, while nothing that others left is tidied up.
    const watched = await watching(context);
    return [...(await tracing(context)), ...(await scraping(context)), watched];
  },
};

export default benchmark;

async function tracing(context: BenchContext): Promise<Figure[]> {
  using plantation = new Plantation();
  const folder = plantation.sow('ports', untraced);
  const bare = (await import(`${folder}/ports/index.ts`)) as typeof portsRoom;
  await using collector = await Collector.start();
  const with_ = async (sampleShare: number): Promise<Tracing> =>
    await startTracing({
      endpoint: collector.endpoint,
      headers: {},
      sampleShare,
      serviceName: 'bench',
      version: '0',
    });
  await using all = await with_(1);
  await using none = await with_(0);
  context.progress(`${transactions} transactions, followed and not`);
  const times = await compareSides(
    {
      plain: asking(portOf(Port)),
      bare: asking(portOf(bare.Port)),
      unsampled: asking(portOf(Port, none)),
      followed: asking(portOf(Port, all)),
    },
    { rounds, taken, context },
  );
  const unit = 'ns';
  return [
    figure({
      name: 'observing: a transaction, tracing not configured, and without its hooks',
      ours: times.plain,
      rival: times.bare,
      unit,
      target: ratioAtMost(1.03),
    }),
    figure({
      name: 'observing: a transaction, tracing configured with sampleShare 0, and not configured',
      ours: times.unsampled,
      rival: times.plain,
      unit,
      target: noTarget,
    }),
    figure({
      name: 'observing: a transaction that is followed and sent to a collector, and not configured',
      ours: times.followed,
      rival: times.plain,
      unit,
      target: noTarget,
    }),
  ];
}

function portOf(PortClass: typeof Port, tracer?: Tracer): Port {
  const link = new MemoryBench((request, side) => side.reply(`re ${request}`));
  const port = new PortClass({ name: 'bus', link, ...(tracer === undefined ? {} : { tracer }) });
  port.open();
  return port;
}

const by: Owner = { id: 'bench', program: 'bench', door: 'inline', sinceMs: 0 };

function asking(port: Port): Side {
  return async () =>
    await nanosecondsEach(transactions, async () => {
      for (let nth = 0; nth < transactions; nth += 1) await port.transact(ask('x'), by);
    });
}

async function scraping(context: BenchContext): Promise<Figure[]> {
  context.progress(`a scrape of ${portsScraped} ports`);
  const ports = Array.from({ length: portsScraped }, () => portOf(Port));
  for (const port of ports) {
    for (let owner = 0; owner < 3; owner += 1) {
      const program = { ...by, id: `${owner}`, program: `program-${owner}` };
      for (let nth = 0; nth < 5; nth += 1) await port.transact(ask('x'), program);
    }
  }
  const metrics = new Metrics();
  metrics.add(() => portMetrics(ports, systemClock.now()));
  metrics.add(ownerMetrics(() => ports));
  let heldUpMs = 0;
  const { whole } = await compareSides(
    {
      whole: async () => {
        const longest = new LongestPause();
        const began = performance.now();
        await metrics.scrape();
        const ms = performance.now() - began;
        heldUpMs = Math.max(heldUpMs, longest.end());
        return ms;
      },
    },
    { rounds: 10, context },
  );
  for (const port of ports) await port.close();
  const unit = 'ms';
  return [
    figure({
      name: `observing: a scrape of ${portsScraped} ports`,
      ours: whole,
      unit,
      target: atMost(500),
    }),
    figure({
      name: `observing: the longest that a scrape of ${portsScraped} ports holds up all else`,
      ours: heldUpMs,
      unit,
      target: atMost(100),
    }),
  ];
}

async function watching(context: BenchContext): Promise<Figure> {
  context.progress('an idle process, with and without the monitor');
  await pause(idleMs);
  const counts = (): { ports: number; instruments: number; clients: number } => ({
    ports: 0,
    instruments: 0,
    clients: 0,
  });
  const idle = async (): Promise<number> => {
    const before = process.cpuUsage();
    await pause(idleMs);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000 / idleMs;
  };
  const { watched, alone } = await compareSides(
    {
      watched: async () => {
        using monitor = new SystemMonitor({ clock: systemClock, counts });
        monitor.start();
        return await idle();
      },
      alone: idle,
    },
    { rounds: 3, context },
  );
  return figure({
    name: 'observing: what the monitor adds to the CPU of an idle process',
    ours: watched - alone,
    unit: 'share',
    // A machine that takes the memory of what idles away makes each wake dear: no figure for all of them.
    target: noTarget,
  });
}

/** How long something that is always due had to wait. */
class LongestPause {
  #longestMs = 0;
  #isOver = false;
  #lastMs = performance.now();

  constructor() {
    this.#look();
  }

  end(): number {
    this.#isOver = true;
    return Math.max(this.#longestMs, performance.now() - this.#lastMs);
  }

  #look(): void {
    const nowMs = performance.now();
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    if (!this.#isOver) setImmediate(() => this.#look());
  }
}

/** Takes all that comes, and throws it away. */
class Collector implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end('{}'));
  });

  static async start(): Promise<Collector> {
    const collector = new Collector();
    const { promise, resolve } = Promise.withResolvers<void>();
    collector.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
