import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startSimulator } from '../src/simulators/index.ts';
import type { Simulator } from '../src/simulators/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { atLeast, figure, ratioAtLeast } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const clients = 20;
const seconds = 8;
const baudRate = 38_400;
const answerTimeMs = 2;
const nodes: readonly number[] = [3, 5, 6];
/** Process, parameter and type byte of eight values that people look at: all fit with one process each. */
const eightParameters: readonly string[] = [
  '33/0/64',
  '33/3/64',
  '33/7/64',
  '1/0/32',
  '1/1/32',
  '1/2/32',
  '1/4/0',
  '114/1/64',
];

const reader = fileURLToPath(new URL('clients/propar_reader.py', import.meta.url));

/** A bus at its real pace with twenty programs on it, each on a virtual serial port of its own. */
const benchmark: Benchmark = {
  name: 'bus',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using simulator = await startSimulator({
      kind: 'propar',
      path: join(tmpdir(), `signalbox-bench-${process.pid}`),
      nodes: nodes.map((address) => ({ address })),
      baudRate,
      answerTimeMs,
    });
    await using gateway = await GatewayProcess.start(laboratory(simulator.address), {
      isBuilt: true,
    });

    // Each client reads one value of its own: few share a wire transaction.
    context.progress(`${clients} programs read single parameters for ${seconds} s`);
    const single = await together(gateway, simulator, (client) => [
      eightParameters[client % eightParameters.length] ?? '',
    ]);

    context.progress(`${clients} programs poll the same eight parameters for ${seconds} s`);
    const polled = await together(gateway, simulator, () => eightParameters);
    const total = polled.counts.reduce((sum, value) => sum + value, 0);

    return [
      figure({
        name: 'bus: wire busy with 20 programs reading',
        ours: single.busyShare,
        rival: null,
        unit: 'share',
        target: atLeast(0.95),
      }),
      figure({
        name: 'bus: fairness over 20 programs (Jain)',
        ours: fairness(single.counts),
        rival: null,
        unit: 'index',
        target: atLeast(0.95),
      }),
      figure({
        name: 'bus: values of 20 programs polling the same eight',
        ours: total / seconds,
        // The wire itself: request, answering time and reply of one float, without a pause between.
        rival: oneAtATimeLimit(),
        unit: 'values/s',
        target: ratioAtLeast(4),
      }),
    ];
  },
};

export default benchmark;

function laboratory(path: string): string {
  const ports = Array.from({ length: clients }, (_, client) => `"client-${client}"`).join(', ');
  return `
[ports.bus]
serial = "${path}"
protocol = "propar"
baudRate = ${baudRate}
virtualPorts = [${ports}]
`;
}

/** Runs all clients at once for the time, each on its own port. */
async function together(
  gateway: GatewayProcess,
  simulator: Simulator,
  parametersOf: (client: number) => readonly string[],
): Promise<{ readonly counts: readonly number[]; readonly busyShare: number }> {
  const children = Array.from({ length: clients }, (_, client) =>
    spawn(
      '/usr/bin/python3',
      [
        reader,
        gateway.address(`client-${client}`),
        String(nodes[client % nodes.length]),
        String(seconds),
        ...parametersOf(client),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    ),
  );
  const lines = children.map((child) =>
    createInterface({ input: child.stdout })[Symbol.asyncIterator](),
  );
  await Promise.all(lines.map(async (each) => await each.next()));
  await simulator.resetLog();
  for (const child of children) child.stdin.write('go\n');
  // Measured while all are at it: their last requests end one by one.
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000 - 200));
  const { busyShare } = await simulator.report();
  const counts = await Promise.all(lines.map(async (each) => Number((await each.next()).value)));
  await Promise.all(children.map(async (child) => await ended(child)));
  return { counts, busyShare };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) await once(child, 'exit');
}

/** Reads per second of one float at a time, if nothing but the wire took time. 8N1: ten bits a byte. */
function oneAtATimeLimit(): number {
  const requestBytes = 12;
  const replyBytes = 14;
  return 1_000 / (((requestBytes + replyBytes) * 10_000) / baudRate + answerTimeMs);
}

/** Jain's index: 1 when all got the same, 1/n when one got everything. */
function fairness(counts: readonly number[]): number {
  const sum = counts.reduce((total, value) => total + value, 0);
  const squares = counts.reduce((total, value) => total + value * value, 0);
  return (sum * sum) / (counts.length * squares);
}
