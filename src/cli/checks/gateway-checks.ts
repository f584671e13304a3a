import { asSignalboxError, describeOwner } from '../../kernel/index.ts';
import type { SignalboxClient, StatusReport } from '../../client/index.ts';
import { duration } from '../duration.ts';
import { check } from './check.ts';
import type { Check } from './check.ts';

/** A lease that is held for so long while others wait is worth telling of. */
const longHoldMs = 10_000;

/** What a gateway that answers says of itself, or that none does. */
export interface CheckedGateway {
  readonly checks: readonly Check[];
  readonly status?: StatusReport;
}

/** Whether a gateway answers, and whether it lets this user in. */
export async function checkGateway(
  client: SignalboxClient,
  signal: AbortSignal,
): Promise<CheckedGateway> {
  try {
    const status = await client.status({ signal });
    const { version, pid, sinceMs } = status;
    const up = duration(Math.max(0, Date.now() - sinceMs));
    const found = `version ${version} at ${client.url}, pid ${pid}, up ${up}`;
    return { checks: [{ area: 'gateway', name: 'gateway', passed: true, found }], status };
  } catch (thrown) {
    const { code, message, nextStep } = asSignalboxError(thrown);
    const isRefused = code === 'AUTHENTICATION_REQUIRED';
    const next = isRefused ? 'Give its token in SIGNALBOX_TOKEN.' : nextStep;
    return {
      checks: [
        {
          area: isRefused ? 'tokens' : 'gateway',
          name: 'gateway',
          passed: false,
          found: `${client.url}: ${message} [${code}]`,
          next,
        },
      ],
    };
  }
}

/** Its ports, what is held for too long, and instruments that do not answer. */
export function checkPorts({ ports }: StatusReport): Check[] {
  return ports.flatMap((port) => {
    const { name, state, reason, leases, queue, circuits } = port;
    const isOpen = state === 'open';
    const link: Check = {
      area: 'link',
      name: `port ${name}`,
      passed: isOpen,
      found: isOpen ? `open, ${queue.length} in line` : `${state}: ${reason ?? 'not open yet'}`,
      ...(isOpen ? {} : { next: nextFor(name, state, reason ?? '') }),
    };
    const held = leases
      .filter(({ sinceMs }) => queue.length > 0 && Date.now() - sinceMs >= longHoldMs)
      .map(({ id, owner, sinceMs }): Check => ({
        area: 'lease',
        name: `lease ${id}`,
        passed: false,
        found: `${describeOwner(owner)} has held it for ${duration(Date.now() - sinceMs)} while ${queue.length} wait`,
        next: `Ask them to release it, or: signalbox lock --break ${id} --reason "..."`,
      }));
    const silent = Object.entries(circuits)
      .filter(([, circuit]) => circuit.state === 'offline')
      .map(([scope, { nextProbeInMs = 0, unanswered }]): Check => ({
        area: 'instrument',
        name: `${scope} of ${name}`,
        passed: false,
        found: `has not answered ${unanswered} times; asked again in ${duration(nextProbeInMs)}`,
        next: 'Check its power, address and cable.',
      }));
    return [link, ...held, ...silent];
  });
}

/** Whether each instrument says what it is. */
export async function checkInstruments(
  client: SignalboxClient,
  { instruments }: StatusReport,
  signal: AbortSignal,
): Promise<Check[]> {
  return await Promise.all(
    instruments.map(
      async ({ name }) =>
        await check('instrument', `instrument ${name}`, async () => {
          const { text } = await client.identify(name, { signal });
          return text;
        }),
    ),
  );
}

function nextFor(port: string, state: string, reason: string): string {
  if (state === 'released') return `Take it back: signalbox release ${port} --reclaim`;
  if (/\bheld by\b/.test(reason)) return 'Stop that program, or give it a virtual port.';
  if (/EACCES|EPERM/.test(reason)) {
    return 'Let the user of the gateway use it: sudo usermod -aG dialout USER, then log in again.';
  }
  if (/ENOENT/.test(reason))
    return 'Plug it in, or correct its path: signalbox discover lists devices.';
  if (/ECONNREFUSED|ENOTFOUND|EHOSTUNREACH/.test(reason)) {
    return 'Check the address, the port number and the power; it comes back by itself.';
  }
  return 'Check the cable and the power; it comes back by itself.';
}
