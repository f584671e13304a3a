import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignalboxClient } from '../src/client/index.ts';
import { startSimulator } from '../src/simulators/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { atMost, figure, median } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

/** A start is measured so often. */
const starts = 3;
/** The collector still tidies up after the start for so long. */
const settleSeconds = 12;
const idleSeconds = 10;
/** Clock ticks of /proc/PID/stat a second. */
const ticksPerSecond = 100;

const laboratory = (bus: string, meter: string): string => `
[ports.bus]
serial = "${bus}"
protocol = "propar"
virtualPorts = ["bus-1", "bus-2", "bus-3"]
[ports.meter]
tcp = "${meter}"
protocol = "lines"
[instruments.three]
port = "bus"
driver = "bronkhorst"
node = 3
[instruments.meter]
port = "meter"
driver = "scpi"
socket = 0
`;

/** What a gateway costs that has nothing to do, and how soon it is of use. */
const benchmark: Benchmark = {
  name: 'gateway',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using bus = await startSimulator({
      kind: 'propar',
      path: join(tmpdir(), `signalbox-bench-${process.pid}`),
      nodes: [{ address: 3 }, { address: 5 }, { address: 6 }],
    });
    await using meter = await startSimulator({ kind: 'multimeter', tcpPort: 0 });
    const file = laboratory(bus.address, meter.address);
    context.progress(`${starts} times from the start of the process to the first reading`);
    const firstReadingsMs: number[] = [];
    for (let start = 0; start < starts; start += 1) {
      await using started = await startedAndRead(file);
      firstReadingsMs.push(started.firstReadingMs);
    }

    await using idle = await startedAndRead(file);
    const { gateway } = idle;
    context.progress(`idle for ${settleSeconds + idleSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, settleSeconds * 1_000));
    const before = await processorSeconds(gateway.pid);
    await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1_000));
    const idleShare = ((await processorSeconds(gateway.pid)) - before) / idleSeconds;

    return [
      figure({
        name: 'gateway: start to first reading',
        ours: median(firstReadingsMs),
        rival: null,
        unit: 'ms',
        target: atMost(2_000),
      }),
      figure({
        name: 'gateway: processor when idle',
        ours: idleShare * 100,
        rival: null,
        unit: '% of a core',
        target: atMost(1),
      }),
      figure({
        name: 'gateway: memory when idle',
        ours: await residentMegabytes(gateway.pid),
        rival: null,
        unit: 'MB',
        target: atMost(120),
      }),
    ];
  },
};

export default benchmark;

/** A gateway of which one value was read, and how long both together took. */
async function startedAndRead(
  file: string,
): Promise<
  AsyncDisposable & { readonly gateway: GatewayProcess; readonly firstReadingMs: number }
> {
  const beganMs = performance.now();
  const gateway = await GatewayProcess.start(file, { isBuilt: true });
  const client = new SignalboxClient({ url: gateway.url });
  await client.read('three', 'fMeasure');
  return {
    gateway,
    firstReadingMs: performance.now() - beganMs,
    [Symbol.asyncDispose]: async () => await gateway[Symbol.asyncDispose](),
  };
}

async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime, fields 14 and 15 of proc(5).
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_000;
}
