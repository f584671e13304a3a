import { isSignalboxError, systemClock } from '../../src/kernel/index.ts';
import type { Clock, ErrorCode } from '../../src/kernel/index.ts';
import { FaultyLinks, serialLinkFactory } from '../../src/links/index.ts';
import type { LinkFaultRule, LinkMedium } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import { owner } from '../support/line-transaction.ts';
import { LineInstrument, request } from './line-instrument.ts';

/** A fault of a link, and as what it must be known. */
export interface LinkFaultCase {
  readonly rule: LinkFaultRule;
  /** @default 'device' */
  readonly medium?: LinkMedium;
  /** What is on the wire when it comes. */
  readonly hits: 'read' | 'write';
  readonly code: ErrorCode;
  /** Whether the link itself says so; else only the request that was hurt does. */
  readonly isOfLink: boolean;
}

/** The parts that are checked; each may have a bug planted into it. */
export interface CheckedParts {
  readonly ports: { readonly Port: typeof Port };
  readonly links: {
    readonly FaultyLinks: typeof FaultyLinks;
    readonly serialLinkFactory: typeof serialLinkFactory;
  };
}

/** Clients wait so long at most, on the port's clock: for a link that never comes back. */
const waitMs = 20_000;
const names = ['a', 'b', 'c'];

/** Runs timers so many times faster: the bounds of a link are whole seconds. */
const speed = 4;
const fastClock: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic() * speed,
  schedule: (delayMs, run) => systemClock.schedule(delayMs / speed, run),
};

/**
 * Three clients read and write while their link fails once. Says in words what came out wrong: of
 * its class, of recovery, of what was repeated, and of who kept his place.
 */
export async function checkRecovery(
  { rule, medium = 'device', hits, code, isOfLink }: LinkFaultCase,
  { ports, links }: CheckedParts = { ports: { Port }, links: { FaultyLinks, serialLinkFactory } },
): Promise<string[]> {
  await using instrument = await LineInstrument.open();
  const serial = links.serialLinkFactory({ path: instrument.path });
  // Of what is garbled, the first byte: without its end a reply would be late instead of malformed.
  const faults = new links.FaultyLinks(serial, { random: () => 0, medium });
  const port = new ports.Port({
    name: 'bus',
    link: faults,
    clock: fastClock,
    retry: { most: 2, delaysMs: [100] },
  });
  const owners = new Map(names.map((name) => [name, owner(name)]));
  const send = async (text: string): Promise<string> => {
    const by = owners.get(text.charAt(1)) ?? owner();
    return await port.transact(request(text, 500 * speed), by, { waitMs });
  };

  const isAtOpen = rule.at === 'open';
  if (isAtOpen) faults.addFault(rule);
  port.open();
  if (!isAtOpen) {
    await send('?warm-up');
    faults.addFault(rule);
  }
  const reads = names.map((name) => `?${name}`);
  const writes = names.map((name) => `!${name}=1`);
  const asked = hits === 'read' ? [...reads, ...writes] : [...writes, ...reads];
  const results = await Promise.allSettled(asked.map(send));
  const statistics = port.statistics();
  const { state, queue } = port.status();
  const [, firstTurn] = port.trace().filter(({ owners: served }) => served.length > 0);
  await port.close();

  const hit = isAtOpen ? undefined : asked[0];
  const wrong = asked.flatMap((text, index) => {
    const result = results[index];
    if (result === undefined) return [`'${text}' was not settled`];
    return text === hit && hits === 'write'
      ? wrongAsUnknown(text, result, code)
      : wrongAsReply(text, result);
  });
  const repeated = instrument.log.filter(
    (text, index) => text.startsWith('!') && instrument.log.indexOf(text) !== index,
  );
  if (repeated.length > 0) wrong.push(`${repeated.join(' ')} was repeated`);
  const others = asked.filter((text) => text !== hit);
  const served = instrument.log.filter((text) => others.includes(text));
  if (served.join(' ') !== others.join(' ')) wrong.push(`the order was ${served.join(' ')}`);
  if (hits === 'read' && !isAtOpen && firstTurn?.outcome !== code) {
    wrong.push(`the failure is traced as ${firstTurn?.outcome ?? 'nothing'}`);
  }
  const counted = JSON.stringify(statistics.linkFailuresByCode);
  if (counted !== JSON.stringify(isOfLink ? { [code]: 1 } : {})) wrong.push(`counted ${counted}`);
  if (statistics.reconnects !== (isAtOpen ? 0 : 1))
    wrong.push(`${statistics.reconnects} reconnects`);
  if (state !== 'open' || queue.length > 0) wrong.push(`${state} with ${queue.length} in line`);
  return wrong;
}

type Result = PromiseSettledResult<string>;

function wrongAsUnknown(text: string, result: Result, code: ErrorCode): string[] {
  const error: unknown = result.status === 'rejected' ? result.reason : undefined;
  if (!isSignalboxError(error) || error.code !== 'OUTCOME_UNKNOWN') {
    return [`'${text}' did not say that its outcome is unknown`];
  }
  const { cause } = error.details;
  return cause === code ? [] : [`'${text}' names ${String(cause)} as the cause`];
}

function wrongAsReply(text: string, result: Result): string[] {
  if (result.status === 'rejected') return [`'${text}' failed: ${String(result.reason)}`];
  const wanted = text.startsWith('!') ? /^ok$/ : new RegExp(`^${text.charAt(1)} is (?:unset|1)$`);
  return wanted.test(result.value) ? [] : [`'${text}' was answered '${result.value}'`];
}
