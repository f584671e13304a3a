import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SignalboxClient } from '../src/client/index.ts';
import { EchoLine } from '../test/support/echo-line.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { processorSeconds, residentMegabytes } from './clients/process-facts.ts';
import { atMost, figure, noTarget } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const ports = 20;
const inlineActors = 100;
const isolatedActors = 50;
const settleSeconds = 10;
const idleSeconds = 10;
const module = fileURLToPath(new URL('clients/quiet-actor.mjs', import.meta.url));

type Isolation = 'thread' | 'process';

/** Many drivers of both runtimes in one gateway: how soon all run, and what they cost at rest. */
const benchmark: Benchmark = {
  name: 'runtimes',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    const threads = await measured('thread', context);
    const processes = await measured('process', context);
    const what = `${isolatedActors} isolated and ${inlineActors} inline actors on ${ports} ports`;
    return [
      figure({
        name: `runtimes: start of ${what}, in threads`,
        ours: threads.startSeconds,
        unit: 's',
        target: atMost(10),
      }),
      figure({
        name: `runtimes: processor of ${what} when idle, in threads`,
        ours: threads.idleShare * 100,
        unit: '% of a core',
        target: atMost(2),
      }),
      figure({
        name: `runtimes: memory of ${what}, in threads`,
        ours: threads.megabytes,
        unit: 'MB',
        target: noTarget,
      }),
      figure({
        name: `runtimes: start of ${what}, in processes`,
        ours: processes.startSeconds,
        unit: 's',
        target: noTarget,
      }),
      figure({
        name: `runtimes: processor of ${what} when idle, in processes`,
        ours: processes.idleShare * 100,
        unit: '% of a core',
        target: atMost(2),
      }),
    ];
  },
};

export default benchmark;

async function measured(
  isolation: Isolation,
  context: BenchContext,
): Promise<{
  readonly startSeconds: number;
  readonly idleShare: number;
  readonly megabytes: number;
}> {
  await using lines = new AsyncDisposableStack();
  const paths: string[] = [];
  for (let port = 0; port < ports; port += 1) {
    paths.push(lines.use(await EchoLine.open()).path);
  }
  context.progress(`${isolatedActors} actors in a ${isolation} each, ${inlineActors} inline`);
  const beganMs = performance.now();
  await using gateway = await GatewayProcess.start(laboratory(paths, isolation), {
    isBuilt: true,
  });
  const client = new SignalboxClient({ url: gateway.url });
  while ((await client.readiness()).status !== 'ready') {
    context.signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const startSeconds = (performance.now() - beganMs) / 1_000;
  context.progress(`idle for ${settleSeconds + idleSeconds} s`);
  await new Promise((resolve) => setTimeout(resolve, settleSeconds * 1_000));
  const family = await familyOf(gateway.pid);
  const before = await sumOf(family, processorSeconds);
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1_000));
  const idleShare = ((await sumOf(family, processorSeconds)) - before) / idleSeconds;
  return { startSeconds, idleShare, megabytes: await sumOf(family, residentMegabytes) };
}

function laboratory(paths: readonly string[], isolation: Isolation): string {
  const portTables = paths.map(
    (path, at) => `[ports.line-${at}]\nserial = "${path}"\nprotocol = "lines"\n`,
  );
  const actors = (kind: 'inline' | 'isolated', length: number): string[] =>
    Array.from(
      { length },
      (_, at) => `[[runtimes.${kind}.actors]]
id = "${kind}-${at}"
module = "${module}"
isolation = "${isolation}"
settings = { port = "line-${at % ports}" }
`,
    );
  const all = [
    ...portTables,
    ...actors('inline', inlineActors),
    ...actors('isolated', isolatedActors),
  ];
  return all.join('\n');
}

/** A process and all that it started. */
async function familyOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const facts = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [, parent] = /^.*\) \S (\d+)/s.exec(facts) ?? [];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return family;
}

async function sumOf(
  pids: readonly number[],
  of: (pid: number) => Promise<number>,
): Promise<number> {
  const all = await Promise.all(pids.map(of));
  return all.reduce((sum, each) => sum + each, 0);
}
