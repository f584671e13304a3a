import type { Command } from 'commander';
import { describeOwner, didYouMean, SignalboxError } from '../../kernel/index.ts';
import { milliseconds } from '../arguments.ts';
import { duration } from '../duration.ts';
import { note, say, sayJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { runCommand } from '../run-command.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions, GatewaySession } from '../session.ts';
import { table } from '../table.ts';
import { whileWaiting } from '../waiting.ts';

interface LockFlags extends CommonOptions {
  readonly shared?: string;
  readonly wait: number;
  readonly hold?: number;
  readonly break?: string;
  readonly reason: string;
  readonly list?: boolean;
}

/** `lock`: holds a port or instrument, lists who holds what, takes a lease away. */
export function addLockCommand(program: Command): void {
  common(
    program.command('lock [name] [command...]'),
    'lock nitrogen -- python3 calibrate.py',
    'lock bus --wait 5min',
    'lock --list',
    'lock --break bus-7 --reason "left running over night"',
  )
    .description('hold a port or instrument while a command runs, or until Ctrl-C')
    .option('--shared <key>', 'share it with all who name the same key')
    .option('--wait <ms>', 'how long to wait for it (default: 1 min)', milliseconds, 60_000)
    .option(
      '--hold <ms>',
      'for so long, also while others wait (default: until the end, but a minute at most while others wait)',
      milliseconds,
    )
    .option('--list', 'say who holds what')
    .option('--break <lease>', 'take this lease away from its holder; kept in the audit')
    .option('--reason <text>', 'why, for the audit', 'by hand')
    .action(async (name: string | undefined, words: string[], options: LockFlags) => {
      await withGateway(options, async (session) => {
        if (options.break !== undefined) await breakLease(session, options.break, options.reason);
        else if (options.list === true || name === undefined) await list(session);
        else await hold(session, name, words, options);
      });
    });
}

/**
 * The lease belongs to a connection, which ends with this program however that ends: even after
 * `kill -9` the next one in line goes at once.
 */
async function hold(
  session: GatewaySession,
  name: string,
  words: readonly string[],
  { shared, wait, hold: holdMs }: LockFlags,
): Promise<void> {
  const { client, isJson, signal, interruption } = session;
  const target = await targetOf(session, name);
  using connection = await client.connect({ signal });
  await using lease = await whileWaiting(
    session,
    name,
    `waiting for ${name}`,
    async () =>
      await connection.lease({
        ...target,
        ...(shared === undefined ? {} : { mode: { shared } }),
        ...(holdMs === undefined ? {} : { holdMs }),
        waitMs: wait,
        signal,
      }),
  );
  if (isJson) sayJson({ id: lease.id, name });
  else note(`${name} is yours (lease ${lease.id})${words.length === 0 ? '; Ctrl-C ends it' : ''}`);
  if (words.length === 0) await aborted(AbortSignal.any([signal, lease.lost]));
  else {
    interruption.bePatient();
    process.exitCode = await runCommand(words, lease);
  }
  if (!lease.lost.aborted) return;
  // What was to be protected was not: that counts more than how the command ended.
  process.exitCode = undefined;
  throw lease.lost.reason as SignalboxError;
}

async function targetOf(
  { client, signal }: GatewaySession,
  name: string,
): Promise<{ port: string } | { instrument: string }> {
  const { ports, instruments } = await client.status({ signal });
  if (instruments.some((each) => each.name === name)) return { instrument: name };
  if (ports.some((each) => each.name === name)) return { port: name };
  const names = [...instruments, ...ports].map((each) => each.name);
  throw new SignalboxError(
    'NOT_FOUND',
    `there is no port or instrument '${name}'${didYouMean(name, names)}`,
  );
}

async function list({ client, isJson, signal }: GatewaySession): Promise<void> {
  using _line = new ProgressLine(`asking ${client.url}`);
  const leases = await client.leases({ signal });
  if (isJson) {
    sayJson(leases);
    return;
  }
  if (leases.length === 0) {
    say('nobody holds anything');
    return;
  }
  const rows = leases.map(({ id, port, scope = 'all of it', owner, sinceMs, expiresInMs }) => [
    id,
    port,
    scope,
    duration(Math.max(0, Date.now() - sinceMs)),
    duration(expiresInMs),
    describeOwner(owner),
  ]);
  say(table(['LEASE', 'PORT', 'WHAT', 'HELD FOR', 'ENDS IN', 'HOLDER'], rows));
}

async function breakLease(
  { client, isJson, signal }: GatewaySession,
  id: string,
  reason: string,
): Promise<void> {
  await client.breakLease(id, reason, { signal });
  if (isJson) sayJson({ broken: id });
  else say(`lease ${id} is broken`);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
