import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SignalboxClient } from '../src/client/index.ts';
import { BronkhorstDriver, Instrument, ProparWire } from '../src/instruments/index.ts';
import type { Owner } from '../src/kernel/index.ts';
import { serialLinkFactory } from '../src/links/index.ts';
import { Agent, Mutex, WaitGraph } from '../src/locks/index.ts';
import type { Guard } from '../src/locks/index.ts';
import { Port } from '../src/ports/index.ts';
import { startSimulator } from '../src/simulators/index.ts';
import { environmentIn, GatewayProcess } from '../test/support/gateway-process.ts';
import { atMost, figure } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const replugs = 50;
const kills = 10;
const deadlocks = 1_000;
/** Who waits for whom in a circle: two at least, and at most so many. */
const circleMost = 50;

const signalbox = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const owner: Owner = { id: 'bench', program: 'bench', door: 'inline', sinceMs: 0 };

/** How soon all is well again after what goes wrong. The worst of many times counts. */
const benchmark: Benchmark = {
  name: 'recovery',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    context.progress(`a cable is pulled and put back ${replugs} times`);
    const back = await backAfterReplug(context);
    context.progress(`the holder of a port is killed ${kills} times with -9`);
    const free = await freeAfterKill(context);
    context.progress(`${deadlocks} waits that would close a circle of 2 to ${circleMost}`);
    const refused = await refusedDeadlock(context);
    return [
      figure({
        name: `recovery: first reading after the cable is back, worst of ${replugs}`,
        ours: back,
        unit: 'ms',
        target: atMost(3_000),
      }),
      figure({
        name: `recovery: a port's next holder after kill -9 of the last, worst of ${kills}`,
        ours: free,
        unit: 'ms',
        target: atMost(1_000),
      }),
      figure({
        name: `recovery: a deadlock refused, worst of ${deadlocks}`,
        ours: refused,
        unit: 'ms',
        target: atMost(50),
      }),
    ];
  },
};

export default benchmark;

async function backAfterReplug({ random, signal }: BenchContext): Promise<number> {
  await using simulator = await startSimulator({
    kind: 'propar',
    path: join(tmpdir(), `signalbox-bench-${process.pid}`),
    nodes: [{ address: 3 }],
    baudRate: 0,
    answerTimeMs: 0,
  });
  await using port = new Port({
    name: 'bus',
    link: serialLinkFactory({ path: simulator.address }),
    resynchronization: { kind: 'none' },
  });
  port.open();
  const driver = new BronkhorstDriver({ wire: new ProparWire(), node: 3 });
  const instrument = new Instrument({ name: 'three', port, driver });
  await instrument.read('fMeasure', owner);
  let worstMs = 0;
  for (let replug = 0; replug < replugs; replug += 1) {
    signal.throwIfAborted();
    const { reconnects } = port.statistics();
    const outMs = random() * 500;
    const pulledMs = performance.now();
    await simulator.unplug(outMs);
    do await instrument.read('fMeasure', owner);
    while (port.statistics().reconnects === reconnects);
    worstMs = Math.max(worstMs, performance.now() - pulledMs - outMs);
  }
  return worstMs;
}

async function freeAfterKill({ signal }: BenchContext): Promise<number> {
  await using meter = await startSimulator({ kind: 'multimeter', tcpPort: 0 });
  await using gateway = await GatewayProcess.start(
    `[ports.meter]\ntcp = "${meter.address}"\nprotocol = "lines"\n`,
    { isBuilt: true },
  );
  const client = new SignalboxClient({ url: gateway.url });
  using connection = await client.connect();
  let worstMs = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    signal.throwIfAborted();
    const holder = spawn(
      process.execPath,
      [signalbox, 'lock', 'meter', '--json', '--url', gateway.url],
      { env: environmentIn(gateway.folder), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(createInterface({ input: holder.stdout }), 'line');
    const next = connection.lease({ port: 'meter', waitMs: 60_000 });
    const killedMs = performance.now();
    holder.kill('SIGKILL');
    const lease = await next;
    worstMs = Math.max(worstMs, performance.now() - killedMs);
    await lease.release();
  }
  return worstMs;
}

async function refusedDeadlock({ random }: BenchContext): Promise<number> {
  let worstMs = 0;
  for (let deadlock = 0; deadlock < deadlocks; deadlock += 1) {
    const graph = new WaitGraph();
    const length = 2 + Math.floor(random() * (circleMost - 1));
    const locks = Array.from({ length }, (_, at) => new Mutex({ name: `lock ${at}`, graph }));
    const agents = locks.map(() => new Agent());
    const guards = await Promise.all(locks.map((lock, at) => lock.acquire(by(agents[at]))));
    const waits = locks.slice(1).map((lock, at) => lock.acquire(by(agents[at])));
    const beganMs = performance.now();
    const closing = locks[0]?.acquire(by(agents.at(-1))).then(
      () => 'granted',
      () => 'refused',
    );
    if ((await closing) !== 'refused') throw new Error('a deadlock was not refused');
    worstMs = Math.max(worstMs, performance.now() - beganMs);
    await releasedOneByOne(guards, waits);
  }
  return worstMs;
}

function by(agent: Agent | undefined): { readonly by: Agent } {
  return { by: agent ?? new Agent() };
}

/** From the end of the chain on, each that is released lets one more go. */
async function releasedOneByOne(
  guards: readonly Guard[],
  waits: readonly Promise<Guard>[],
): Promise<void> {
  for (const guard of guards) guard.release();
  for (const wait of waits) (await wait).release();
}
