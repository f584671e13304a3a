import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { describeOwner } from '../../kernel/index.ts';
import { duration, say, sayJson, table } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';

interface LockOptions extends CommonOptions {
  readonly shared?: string;
  readonly wait: number;
  readonly hold: number;
  readonly break?: string;
  readonly reason: string;
  readonly list?: boolean;
}

/** `lock` and `release`: leases, and ports handed to other programs. */
export function addHoldingCommands(program: Command): void {
  common(program.command('lock [name] [command...]'))
    .description('hold a port or instrument while a command runs, or until Ctrl-C')
    .option('--shared <key>', 'share it with all who name the same key')
    .option('--wait <ms>', 'how long to wait for it', Number, 60_000)
    .option('--hold <ms>', 'how long it lasts if this program dies', Number, 30_000)
    .option('--list', 'say who holds what')
    .option('--break <lease>', 'take this lease away from its holder; kept in the audit')
    .option('--reason <text>', 'why, for the audit', 'by hand')
    .action(async (name: string | undefined, words: string[], options: LockOptions) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        if (options.break !== undefined) {
          await client.breakLease(options.break, options.reason, { signal });
          if (!isJson) say(`lease ${options.break} is broken`);
          return;
        }
        if (options.list === true || name === undefined) {
          const leases = await client.leases({ signal });
          if (isJson) {
            sayJson(leases);
            return;
          }
          const rows = leases.map(
            ({ id, port, scope = 'all of it', owner, sinceMs, expiresInMs }) => [
              id,
              port,
              scope,
              describeOwner(owner),
              duration(Date.now() - sinceMs),
              duration(expiresInMs),
            ],
          );
          say(table(['LEASE', 'PORT', 'WHAT', 'HOLDER', 'HELD FOR', 'ENDS IN'], rows));
          return;
        }
        const ports = await client.ports({ signal });
        const isPort = ports.some((port) => port.name === name);
        await using lease = await client.lease({
          ...(isPort ? { port: name } : { instrument: name }),
          ...(options.shared === undefined ? {} : { mode: { shared: options.shared } }),
          waitMs: options.wait,
          holdMs: options.hold,
          signal,
        });
        if (isJson) sayJson({ id: lease.id });
        else
          say(
            `${name} is yours (lease ${lease.id})${words.length === 0 ? '; Ctrl-C ends it' : ''}`,
          );
        if (words.length > 0) process.exitCode = await run(words, lease.token, signal);
        else await aborted(AbortSignal.any([signal, lease.lost]));
        lease.lost.throwIfAborted();
      });
    });

  common(program.command('release <port>'))
    .description('hand a port to another program, such as a vendor’s tool; --reclaim takes it back')
    .option('--reclaim', 'take it back')
    .action(async (port: string, options: CommonOptions & { readonly reclaim?: boolean }) => {
      await withGateway(options, async ({ client, isJson, signal }) => {
        const report =
          options.reclaim === true
            ? await client.reclaimPort(port, { signal })
            : await client.releasePort(port, { signal });
        if (isJson) sayJson(report);
        else if (options.reclaim === true) say(`port ${port} is taken back`);
        else say(`port ${port} is free for another program; take it back with --reclaim`);
      });
    });
}

/** Runs a command with the lease's token in SIGNALBOX_LEASE. */
async function run(words: readonly string[], token: string, signal: AbortSignal): Promise<number> {
  const [command = '', ...args] = words;
  const ended = Promise.withResolvers<number>();
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, SIGNALBOX_LEASE: token },
    signal,
  });
  child.once('error', ended.reject);
  child.once('exit', (code) => ended.resolve(code ?? 1));
  return await ended.promise;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  // A listener alone keeps no program alive.
  const alive = setInterval(() => {}, 60_000);
  await promise;
  clearInterval(alive);
}
