import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { SignalboxClient } from '../../client/index.ts';
import { loadConfig } from '../../config/index.ts';
import type { Config } from '../../config/index.ts';
import { makePrivateFolder, stateFolder } from '../../gateway/index.ts';
import { asSignalboxError, SignalboxError, sleep, systemClock } from '../../kernel/index.ts';
import { say, sayError, sayJson } from '../output.ts';
import { runGateway } from '../run-gateway.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';

/** How long a gateway that was started in the background may take until it answers. */
const startLongestMs = 15_000;
/** How long one that was told to stop may take. */
const stopLongestMs = 20_000;

const demonstration = fileURLToPath(
  new URL('../../../examples/demonstration/lab.toml', import.meta.url),
);

interface StartOptions {
  readonly demo?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
}

/** `start`, `stop`, `restart`, `logs`. */
export function addLifecycleCommands(program: Command): void {
  program
    .command('start [file]')
    .description('start a gateway with the laboratory of a TOML file (default: lab.toml)')
    .option('--demo', 'with the simulated demonstration laboratory')
    .option('--detach', 'in the background')
    .option('--json', 'one line of JSON for programs')
    .action(async (file: string | undefined, options: StartOptions) => {
      try {
        const path = fileOf(file, options);
        const config = await loadConfig(path);
        if (options.detach === true) await startDetached(path, config, options.json === true);
        else await runGateway(config, options.json === true);
      } catch (error) {
        sayError(asSignalboxError(error), options.json === true);
      }
    });

  common(program.command('stop'))
    .description('stop the gateway: nobody new comes in, what is in line is finished')
    .action(async (options: CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const { pid } = await client.status({ signal });
        await client.shutdown({ signal });
        await untilGone(pid, signal);
        if (isJson) sayJson({ stopped: pid });
        else say('stopped');
      });
    });

  common(program.command('restart [file]'))
    .description('stop the gateway and start it again in the background')
    .option('--demo', 'with the simulated demonstration laboratory')
    .action(async (file: string | undefined, options: StartOptions & CommonOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const path = fileOf(file, options);
        // A file that would not start must not stop what runs.
        const config = await loadConfig(path);
        const { pid } = await client.status({ signal });
        await client.shutdown({ signal });
        await untilGone(pid, signal);
        await startDetached(path, config, isJson);
      });
    });

  program
    .command('logs')
    .description('print the log of a gateway on this machine')
    .option('--name <name>', 'of the gateway, as [gateway] in its file says', 'demonstration')
    .option('--lines <n>', 'the last so many', Number, 50)
    .option('--json', 'as it is kept: one line of JSON each')
    .action(async (options: { name: string; lines: number; json?: boolean }) => {
      const file = join(stateFolder(options.name), 'signalbox.log');
      try {
        const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-options.lines);
        for (const line of lines) say(options.json === true ? line : printedLogLine(line));
      } catch (cause) {
        const error = new SignalboxError(
          'NOT_FOUND',
          `gateway '${options.name}' has no log at ${file}`,
          {
            cause,
            nextStep: 'Name the gateway with --name, as [gateway] in its file does.',
          },
        );
        sayError(error, options.json === true);
      }
    });
}

function fileOf(file: string | undefined, { demo }: StartOptions): string {
  if (demo === true) return demonstration;
  if (file !== undefined) return file;
  if (existsSync('lab.toml')) return 'lab.toml';
  throw new SignalboxError('BAD_ARGUMENT', 'no file was named, and there is no lab.toml here', {
    nextStep: 'Name a TOML file, or try `signalbox start --demo`.',
  });
}

async function startDetached(path: string, config: Config, isJson: boolean): Promise<void> {
  const { name } = config.gateway;
  const folder = config.gateway.stateFolder ?? stateFolder(name);
  await makePrivateFolder(folder);
  const errors = join(folder, 'start.log');
  const output = openSync(errors, 'w', 0o600);
  const main = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url),
  );
  const child = spawn(process.execPath, [main, 'start', path], {
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.unref();
  const { host, port } = config.http;
  const client = new SignalboxClient({ url: `http://${host}:${port}`, program: 'signalbox' });
  const untilMs = Date.now() + startLongestMs;
  for (;;) {
    if (child.exitCode !== null) {
      const said = (await readFile(errors, 'utf8')).trim();
      throw new SignalboxError('CLOSED', `the gateway did not start: ${said}`);
    }
    const status = await client.status().catch(() => undefined);
    if (status?.pid === child.pid) break;
    if (Date.now() > untilMs) {
      throw new SignalboxError(
        'WAIT_TIMEOUT',
        `the gateway does not answer after ${startLongestMs} ms`,
        {
          nextStep: `See ${errors}.`,
        },
      );
    }
    await sleep(systemClock, 100);
  }
  await rm(errors, { force: true });
  await writeFile(join(folder, 'pid'), `${child.pid}\n`, { mode: 0o600 });
  if (isJson) sayJson({ started: child.pid, url: `http://${host}:${port}` });
  else say(`started in the background (pid ${child.pid}): http://${host}:${port}`);
}

async function untilGone(pid: number, signal: AbortSignal): Promise<void> {
  const untilMs = Date.now() + stopLongestMs;
  while (isAlive(pid)) {
    if (Date.now() > untilMs) {
      throw new SignalboxError(
        'WAIT_TIMEOUT',
        `the gateway (pid ${pid}) runs on after ${stopLongestMs} ms`,
        {
          nextStep: `End it with \`kill ${pid}\`.`,
        },
      );
    }
    await sleep(systemClock, 50, signal);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function printedLogLine(line: string): string {
  try {
    const { time, level, room, msg } = JSON.parse(line) as {
      time: number;
      level: number;
      room: string;
      msg: string;
    };
    const word = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'][level / 10 - 1] ?? '';
    return `${new Date(time).toISOString()} ${word.padEnd(5)} ${room}: ${msg}`;
  } catch {
    return line;
  }
}
