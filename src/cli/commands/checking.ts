import { statfs } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadConfig } from '../../config/index.ts';
import { describeOpenProgram, findOpenPrograms } from '../../links/index.ts';
import { stateFolder } from '../../gateway/index.ts';
import { asSignalboxError } from '../../kernel/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { ProgressLine, say, sayJson, table } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommandContext, CommonOptions } from '../session.ts';

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly found: string;
  /** What to do about it. */
  readonly next?: string;
}

/** `doctor`, `test`, `discover`: is all well, and what is there. */
export function addCheckingCommands(program: Command): void {
  common(program.command('doctor'))
    .description('say why something does not work, and what to do')
    .action(async (options: CommonOptions) => {
      await withGateway(options, async (context) =>
        sayChecks(await doctor(context), context.isJson),
      );
    });

  common(program.command('test [file]'))
    .description('check the configuration, the links, each instrument, disk and clock')
    .action(async (file: string | undefined, options: CommonOptions) => {
      await withGateway(options, async (context) => {
        const checks = file === undefined ? [] : [await checkFile(file)];
        sayChecks(
          [...checks, ...(await doctor(context)), ...(await instruments(context))],
          context.isJson,
        );
      });
    });

  common(program.command('discover [port]'))
    .description(
      'look for instruments on a port, identify them, and name them for the configuration',
    )
    .action(async (port: string | undefined, options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const names =
          port === undefined ? (await client.ports({ signal })).map(({ name }) => name) : [port];
        for (const name of names) {
          using line = new ProgressLine();
          const found = await client.discover(name, {
            signal,
            progress: (share, message) => line.show(share, `${name}: ${message}`),
          });
          line[Symbol.dispose]();
          if (isJson) sayJson({ port: name, found });
          else if (found.length === 0) say(`nobody answers on port ${name}`);
          else {
            const rows = found.map((each) => [
              each.name ?? '',
              each.family,
              each.scope ?? '',
              each.identity?.text ?? '',
            ]);
            say(table([`ON ${name}`, 'FAMILY', 'WHERE', 'IDENTITY'], rows));
          }
        }
      });
    });
}

async function checkFile(file: string): Promise<Check> {
  try {
    const { ports, instruments } = await loadConfig(file);
    const found = `${Object.keys(ports).length} ports, ${Object.keys(instruments).length} instruments`;
    return { name: file, passed: true, found };
  } catch (thrown) {
    const error = asSignalboxError(thrown);
    return { name: file, passed: false, found: error.message, next: error.nextStep };
  }
}

async function doctor({ client, signal }: CommandContext): Promise<Check[]> {
  const { ports, pid, version, sinceMs } = await client.status({ signal });
  const checks: Check[] = [
    {
      name: 'gateway',
      passed: true,
      found: `version ${version}, pid ${pid}, since ${new Date(sinceMs).toISOString()}`,
    },
  ];
  for (const { name, state, reason, address, leases, queue, circuits } of ports) {
    const passed = state === 'open';
    const holder = passed ? '' : await outsideHolder(address);
    checks.push({
      name: `port ${name}`,
      passed,
      found: passed ? `open, ${queue.length} in line` : `${state}: ${reason ?? ''}${holder}`,
      ...(passed ? {} : { next: nextFor(state, name) }),
    });
    for (const lease of leases) {
      if (queue.length === 0 || Date.now() - lease.sinceMs < 10_000) continue;
      checks.push({
        name: `lease ${lease.id}`,
        passed: false,
        found: `${lease.owner.program} has held it for ${Math.round((Date.now() - lease.sinceMs) / 1_000)} s while ${queue.length} wait`,
        next: `signalbox lock --break ${lease.id} --reason "..."`,
      });
    }
    for (const [scope, { state: circuit, nextProbeInMs = 0 }] of Object.entries(circuits)) {
      if (circuit !== 'offline') continue;
      checks.push({
        name: `${scope} of ${name}`,
        passed: false,
        found: `does not answer; next probe in ${Math.round(nextProbeInMs)} ms`,
        next: 'Check its power, address and cable.',
      });
    }
  }
  checks.push(await disk(), clock());
  return checks;
}

async function instruments({ client, signal }: CommandContext): Promise<Check[]> {
  const all = await client.instruments({ signal });
  return await Promise.all(
    all.map(async ({ name }): Promise<Check> => {
      try {
        const { text } = await client.identify(name, { signal });
        return { name: `instrument ${name}`, passed: true, found: text };
      } catch (thrown) {
        const error = asSignalboxError(thrown);
        return {
          name: `instrument ${name}`,
          passed: false,
          found: error.message,
          next: error.nextStep,
        };
      }
    }),
  );
}

async function outsideHolder(address: string): Promise<string> {
  if (!address.startsWith('/')) return '';
  const found = await findOpenPrograms(address).catch(() => undefined);
  const [first] = found?.programs ?? [];
  return first === undefined ? '' : `; it is open in ${describeOpenProgram(first)}`;
}

function nextFor(state: string, port: string): string {
  if (state === 'released') return `signalbox release ${port} --reclaim`;
  if (state === 'absent') return 'Plug the device in, or stop the program that has it open.';
  return 'Check the cable and the power; it comes back by itself.';
}

async function disk(): Promise<Check> {
  const folder = stateFolder('');
  const { bavail, bsize } = await statfs(folder).catch(async () => await statfs('/'));
  const freeMegabytes = Math.floor((bavail * bsize) / 1_048_576);
  return {
    name: 'disk',
    passed: freeMegabytes > 100,
    found: `${freeMegabytes} MiB free`,
    ...(freeMegabytes > 100 ? {} : { next: 'Free some space: tokens and logs are kept there.' }),
  };
}

function clock(): Check {
  const passed = Date.now() > Date.UTC(2026, 0);
  return {
    name: 'clock',
    passed,
    found: new Date().toISOString(),
    ...(passed ? {} : { next: 'Set the clock: it is behind this program itself.' }),
  };
}

function sayChecks(checks: readonly Check[], isJson: boolean): void {
  if (isJson) sayJson(checks);
  else {
    const rows = checks.map(({ name, passed, found, next = '' }) => [
      passed ? 'ok' : 'FAILED',
      name,
      found,
      next,
    ]);
    say(table(['', 'WHAT', 'FOUND', 'WHAT TO DO'], rows));
  }
  if (checks.some(({ passed }) => !passed)) process.exitCode = exitCodes.failed;
}
