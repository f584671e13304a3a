import { sleep } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { AddressRange } from './address-range.ts';
import type { FoundMiner } from './probe-miner.ts';

/** So many addresses are asked at once, unless it is said otherwise. */
export const probedAtOnce = 64;
/** And so many begun in a second, so that routers and wireless networks are not flooded. */
export const probesPerSecond = 250;

/** How a range is searched. */
export interface FindMinersOptions {
  readonly signal: AbortSignal;
  /** Told how far it is, from 0 to 1, and of what was found. */
  readonly progress: (share: number, message: string) => void;
  /** @default {@link probedAtOnce} */
  readonly concurrency?: number | undefined;
  /** @default {@link probesPerSecond} */
  readonly perSecond?: number | undefined;
  /** Addresses that are left alone. */
  readonly isKnown: (host: string) => boolean;
  readonly clock: Clock;
}

/**
 * Asks each address of a range, several at once and not too many a second, who is there.
 * @throws CANCELLED, the reason of the signal
 */
export async function findMiners(
  range: AddressRange,
  probe: (host: string) => Promise<FoundMiner | undefined>,
  options: FindMinersOptions,
): Promise<FoundMiner[]> {
  const { signal, progress, isKnown, clock } = options;
  const { concurrency = probedAtOnce, perSecond = probesPerSecond } = options;
  const found: FoundMiner[] = [];
  const startMs = clock.monotonic();
  const left = range[Symbol.iterator]();
  let begun = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) {
      const host = next.value;
      signal.throwIfAborted();
      if (!isKnown(host)) {
        const dueMs = startMs + (begun * 1_000) / perSecond;
        begun += 1;
        const waitMs = dueMs - clock.monotonic();
        if (waitMs > 0) await sleep(clock, waitMs, signal);
        const miner = await probe(host);
        if (miner !== undefined) found.push(miner);
      }
      done += 1;
      progress(
        done / range.size,
        `${done} of ${range.size} addresses of ${range.text}, ${found.length} found`,
      );
    }
  };
  const workers = Math.min(concurrency, range.size);
  await Promise.all(Array.from({ length: workers }, work));
  return found.sort((one, other) => byAddress(one.host, other.host));
}

function byAddress(one: string, other: string): number {
  const number = (host: string): number =>
    host.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number(one) - number(other);
}
