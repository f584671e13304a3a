import type { PortReport, SignalboxClient } from '../client/index.ts';
import { describeOwner, sleep, systemClock } from '../kernel/index.ts';
import { ProgressLine, shownAfterMs } from './progress-line.ts';
import type { GatewaySession } from './session.ts';

const lookEveryMs = 1_000;

/**
 * Does something that may have to wait for its turn. After a second a person sees for what: who is
 * on the port or holds it, and how many are in line before.
 * @param name of the port or instrument
 */
export async function whileWaiting<Result>(
  { client, signal }: Pick<GatewaySession, 'client' | 'signal'>,
  name: string,
  what: string,
  run: () => Promise<Result>,
): Promise<Result> {
  using line = new ProgressLine(what);
  const ended = new AbortController();
  const looking = AbortSignal.any([signal, ended.signal]);
  if (process.stderr.isTTY) void look(client, name, what, line, looking);
  try {
    return await run();
  } finally {
    ended.abort();
  }
}

async function look(
  client: SignalboxClient,
  name: string,
  what: string,
  line: ProgressLine,
  signal: AbortSignal,
): Promise<void> {
  try {
    await sleep(systemClock, shownAfterMs, signal);
    for (;;) {
      const { ports, instruments } = await client.status({ signal });
      const portName = instruments.find((each) => each.name === name)?.port ?? name;
      const port = ports.find((each) => each.name === portName);
      if (port !== undefined) line.show(`${what}: ${reasonOf(port)}`);
      await sleep(systemClock, lookEveryMs, signal);
    }
  } catch {
    // It was only to explain; what is waited for says itself how it ends.
  }
}

/** Why something on a port takes long. */
function reasonOf({ name, state, reason, leases, serving, queue }: PortReport): string {
  if (state !== 'open')
    return `port ${name} is ${state}${reason === undefined ? '' : `: ${reason}`}`;
  const mine = queue.findIndex(({ owner }) => owner.pid === process.pid);
  const others = mine < 1 ? '' : `, ${mine} in line before`;
  const [lease] = leases;
  if (mine >= 0 && lease !== undefined) return `${describeOwner(lease.owner)} holds it${others}`;
  if (serving?.owners.some(({ pid }) => pid === process.pid) === true) {
    return 'the instrument has not answered yet';
  }
  const [served] = serving?.owners ?? [];
  if (served === undefined) return `port ${name} is open`;
  return `${describeOwner(served)} is on port ${name}${others}`;
}
