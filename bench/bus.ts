import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { encodeBinaryFrame, encodeMessage } from '../src/protocols/index.ts';
import type { RequestedItem } from '../src/protocols/index.ts';
import { startSimulator } from '../src/simulators/index.ts';
import type { Simulator } from '../src/simulators/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { atLeast, figure, median, ratioAtLeast } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const clients = 20;
const seconds = 7;
/** What is measured begins after so long, when all programs are at it. */
const warmUpMs = 1_000;
/** How often the wire is looked at, by turns with the bare loop. */
const rounds = 3;
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
const bareLoop = fileURLToPath(new URL('clients/bare_loop.py', import.meta.url));

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
    const bareShares: number[] = [];
    const singles: Together[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const of = `${seconds} s, round ${round} of ${rounds}`;
      context.progress(`one bare program keeps the wire as busy as this machine can for ${of}`);
      bareShares.push(await busyShareOfBareLoop(simulator));
      // Each client reads one value of its own: few share a wire transaction.
      context.progress(`${clients} programs read single parameters for ${of}`);
      singles.push(await together(simulator, (client) => [parameterOf(client)]));
    }
    context.progress(`${clients} programs poll the same eight parameters for ${seconds} s`);
    const polled = await together(simulator, () => eightParameters);
    const total = polled.counts.reduce((sum, value) => sum + value, 0);

    return [
      figure({
        name: 'bus: wire busy with 20 programs reading, and with one bare loop',
        ours: median(singles.map(({ busyShare }) => busyShare)),
        rival: median(bareShares),
        unit: 'share',
        target: atLeast(0.95),
      }),
      figure({
        name: 'bus: fairness over 20 programs (Jain)',
        ours: median(singles.map(({ counts }) => fairness(counts))),
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

function nodeOf(client: number): number {
  return nodes[client % nodes.length] ?? 0;
}

function parameterOf(client: number): string {
  return eightParameters[client % eightParameters.length] ?? '';
}

/** How busy the wire is when one program asks what all clients ask together, and does nothing else. */
async function busyShareOfBareLoop(simulator: Simulator): Promise<number> {
  const child = spawn('/usr/bin/python3', [bareLoop, simulator.address, ...nodes.map(requestTo)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await sleep(warmUpMs);
  await simulator.resetLog();
  await sleep(seconds * 1_000 - warmUpMs);
  const { busyShare } = await simulator.report();
  child.kill();
  await ended(child);
  return busyShare;
}

/** The frame that reads whatever the clients of a node read, in hexadecimal. */
function requestTo(node: number): string {
  const clientsOfNode = Array.from({ length: clients }, (_, client) => client).filter(
    (client) => nodeOf(client) === node,
  );
  const items = [...new Set(clientsOfNode.map(parameterOf))].map((each): RequestedItem => {
    const [process = 0, parameter = 0, type = 0] = each.split('/').map(Number);
    return { process, parameter, type: type as RequestedItem['type'] };
  });
  const data = encodeMessage({ kind: 'request', items });
  return Buffer.from(encodeBinaryFrame({ sequence: 1, node, data })).toString('hex');
}

/** What all clients together came to. */
interface Together {
  /** How many values each of them got. */
  readonly counts: readonly number[];
  readonly busyShare: number;
}

/** Runs all clients at once for the time, each on its own port of a fresh gateway. */
async function together(
  simulator: Simulator,
  parametersOf: (client: number) => readonly string[],
): Promise<Together> {
  await using gateway = await GatewayProcess.start(laboratory(simulator.address), {
    isBuilt: true,
  });
  const children = Array.from({ length: clients }, (_, client) =>
    spawn(
      '/usr/bin/python3',
      [
        reader,
        gateway.address(`client-${client}`),
        String(nodeOf(client)),
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
  for (const child of children) child.stdin.write('go\n');
  // Measured while all are at it: they begin and end one by one.
  await sleep(warmUpMs);
  await simulator.resetLog();
  await sleep(seconds * 1_000 - warmUpMs - 200);
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
