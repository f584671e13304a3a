import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignalboxClient } from '../src/client/index.ts';
import { startSimulator } from '../src/simulators/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { processorSeconds, residentMegabytes } from './clients/process-facts.ts';
import { atMost, figure, median } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

/** A start is measured so often. */
const starts = 3;
/** The collector still tidies up after the start for so long. */
const settleSeconds = 12;
const idleSeconds = 10;

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
