import { once } from 'node:events';
import { connect } from 'node:net';
import { HislipProgram } from '../test/doors/hislip/hislip-program.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import {
  peakMegabytes,
  processorSeconds,
  residentMegabytes,
  resetPeak,
} from './clients/process-facts.ts';
import { TcpProgram } from './clients/tcp-program.ts';
import { atLeast, atMost, figure, median, noTarget } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const blockInstrument = new URL('clients/block-instrument.ts', import.meta.url);
const blockBytes = 100_000_000;
const blockRounds = 5;
const sessionsAtOnce = 100;
const loadMs = 5_000;
const openSessions = 1_000;
const portsMore = 100;
/** The collector tidies up for so long after a burst. */
const settleMs = 12_000;

/** What many programs, and long responses, cost at the HiSLIP door. */
const benchmark: Benchmark = {
  name: 'visa-load',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using instrument = await TcpProgram.start(blockInstrument);
    const { tcpPort } = instrument;
    const blocks = await blockFigures(tcpPort, context);
    const load = await loadFigures(tcpPort, context);
    const memory = await memoryFigures(tcpPort, context);
    return [...blocks, ...load, ...memory];
  },
};

export default benchmark;

async function blockFigures(tcpPort: number, context: BenchContext): Promise<readonly Figure[]> {
  await using gateway = await start(tcpPort);
  using program = await hislip(gateway);
  context.progress(`${blockRounds} blocks of ${blockBytes / 1e6} MB, straight and through HiSLIP`);
  await readBlock(program, blockBytes / 10);
  await pause(settleMs / 4);
  const before = await residentMegabytes(gateway.pid);
  await resetPeak(gateway.pid);
  const ours: number[] = [];
  const straight: number[] = [];
  for (let round = 0; round < blockRounds; round += 1) {
    context.signal.throwIfAborted();
    straight.push(await straightRate(tcpPort));
    ours.push(await rateOf(async () => await readBlock(program, blockBytes)));
  }
  const more = (await peakMegabytes(gateway.pid)) - before;
  return [
    figure({
      name: `HiSLIP: a block of ${blockBytes / 1e6} MB, beside the instrument straight`,
      ours: median(ours),
      rival: median(straight),
      unit: 'MB/s',
      target: atLeast(300),
    }),
    figure({
      name: `HiSLIP: memory more while blocks of ${blockBytes / 1e6} MB are read`,
      ours: more,
      unit: 'MB',
      target: atMost(64),
    }),
  ];
}

async function loadFigures(tcpPort: number, context: BenchContext): Promise<readonly Figure[]> {
  await using gateway = await start(tcpPort);
  const programs = await Promise.all(
    Array.from({ length: sessionsAtOnce }, async () => await hislip(gateway)),
  );
  context.progress(`${sessionsAtOnce} programs ask for ${loadMs / 1_000} s`);
  await askFor(programs, loadMs / 5);
  const processorBefore = await processorSeconds(gateway.pid);
  const counts = await askFor(programs, loadMs);
  const share = ((await processorSeconds(gateway.pid)) - processorBefore) / (loadMs / 1_000);
  for (const program of programs) program[Symbol.dispose]();
  const sum = counts.reduce((total, each) => total + each, 0);
  const squares = counts.reduce((total, each) => total + each * each, 0);
  return [
    figure({
      name: `HiSLIP: fairness among ${sessionsAtOnce} sessions that ask without a pause (Jain)`,
      ours: sum ** 2 / (counts.length * squares),
      unit: 'index',
      target: atLeast(0.95),
    }),
    figure({
      name: `HiSLIP: queries of ${sessionsAtOnce} sessions together`,
      ours: sum / (loadMs / 1_000),
      unit: 'queries/s',
      target: noTarget,
    }),
    figure({
      name: 'HiSLIP: processor at full load',
      ours: share * 100,
      unit: '% of a core',
      target: noTarget,
    }),
  ];
}

async function memoryFigures(tcpPort: number, context: BenchContext): Promise<readonly Figure[]> {
  await using gateway = await start(tcpPort);
  using first = await hislip(gateway);
  await first.ask('A?\n');
  context.progress(
    `${openSessions} sessions, then ${portsMore} ports, after ${settleMs / 1_000} s each`,
  );
  await pause(settleMs);
  const before = await residentMegabytes(gateway.pid);
  const programs: HislipProgram[] = [];
  for (let n = 0; n < openSessions; n += 1) programs.push(await hislip(gateway));
  for (const program of programs) await program.ask('A?\n');
  await pause(settleMs);
  const sessions = (await residentMegabytes(gateway.pid)) - before;
  for (const program of programs) program[Symbol.dispose]();

  await using wide = await start(tcpPort, portsMore);
  await pause(settleMs);
  const ports = (await residentMegabytes(wide.pid)) - before;
  return [
    figure({
      name: `HiSLIP: memory of ${openSessions} open sessions`,
      ours: sessions,
      unit: 'MB',
      target: atMost(100),
    }),
    figure({
      name: 'HiSLIP: memory of a session',
      ours: (sessions / openSessions) * 1_000,
      unit: 'kB',
      target: noTarget,
    }),
    figure({
      name: 'a port with its instrument and HiSLIP door: memory',
      ours: (ports / portsMore) * 1_000,
      unit: 'kB',
      target: noTarget,
    }),
  ];
}

async function start(tcpPort: number, more = 0): Promise<GatewayProcess> {
  const section = (name: string, address: string): string => `
[ports.${name}]
tcp = "${address}"
protocol = "lines"
[instruments.${name}]
port = "${name}"
driver = "scpi"
`;
  // Addresses of this machine's own network, so that each port has a wire of its own.
  const others = Array.from({ length: more }, (_, n) =>
    section(`other${n}`, `127.0.1.${n + 1}:${tcpPort}`),
  );
  const toml = ['[hislip]\nport = 0\n', section('scope', `127.0.0.1:${tcpPort}`), ...others];
  return await GatewayProcess.start(toml.join(''), { isBuilt: true });
}

async function hislip(gateway: GatewayProcess): Promise<HislipProgram> {
  return await HislipProgram.connect(
    Number(/hislip0,(\d+)/.exec(gateway.address('scope-hislip'))?.[1]),
  );
}

/** Reads a block and keeps nothing of it. */
async function readBlock(program: HislipProgram, bytes: number): Promise<void> {
  program.write(`BLOCK? ${bytes}\n`);
  const length = await program.skip();
  if (length < bytes) throw new Error(`${length} bytes came of ${bytes}`);
}

async function straightRate(tcpPort: number): Promise<number> {
  const socket = connect({ port: tcpPort, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const whole = Promise.withResolvers<void>();
  let left = blockBytes;
  socket.on('data', (data: Buffer) => {
    left -= data.length;
    if (left <= 0 && data.at(-1) === 10) whole.resolve();
  });
  const rate = await rateOf(async () => {
    socket.write(`BLOCK? ${blockBytes}\n`);
    await whole.promise;
  });
  socket.destroy();
  return rate;
}

async function rateOf(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return blockBytes / 1_000 / (performance.now() - startMs);
}

/** How often each was answered. */
async function askFor(programs: readonly HislipProgram[], ms: number): Promise<readonly number[]> {
  const untilMs = performance.now() + ms;
  return await Promise.all(
    programs.map(async (program) => {
      let answers = 0;
      while (performance.now() < untilMs) {
        await program.ask('A?\n');
        answers += 1;
      }
      return answers;
    }),
  );
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
