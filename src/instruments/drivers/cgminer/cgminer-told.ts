import {
  cgminerNumber,
  cgminerText,
  packedNumbers,
  parsePackedValues,
} from '../../../protocols/index.ts';
import type { CgminerReply, CgminerRow } from '../../../protocols/index.ts';

/** The reports of cgminer that parameters come from. */
export type CgminerReport = 'summary' | 'devs' | 'pools' | 'version' | 'stats';

/** What a miner has said of itself in one transaction; taken apart when it is asked for. */
export class CgminerTold {
  readonly #replies: ReadonlyMap<string, CgminerReply>;
  #packed: readonly ReadonlyMap<string, string>[] | undefined;

  constructor(replies: ReadonlyMap<string, CgminerReply>) {
    this.#replies = replies;
  }

  get summary(): CgminerRow | undefined {
    return this.#rows('summary', 'SUMMARY')[0];
  }

  get version(): CgminerRow | undefined {
    return this.#rows('version', 'VERSION')[0];
  }

  /** ASICs, graphics cards and boards. */
  get devices(): readonly CgminerRow[] {
    return this.#rows('devs', 'DEVS');
  }

  get pools(): readonly CgminerRow[] {
    return this.#rows('pools', 'POOLS');
  }

  /** The pool in use: the one whose stratum is active, else the one with the best priority that lives. */
  get activePool(): CgminerRow | undefined {
    const { pools } = this;
    const byPriority = [...pools].sort(
      (one, other) =>
        (cgminerNumber(one, 'Priority') ?? 0) - (cgminerNumber(other, 'Priority') ?? 0),
    );
    return (
      pools.find((pool) => pool['Stratum Active'] === true) ??
      byPriority.find((pool) => cgminerText(pool, 'Status') === 'Alive') ??
      byPriority[0]
    );
  }

  /** What the program says it is: `cgminer 4.11.1`. */
  get description(): string | undefined {
    for (const { description } of this.#replies.values()) {
      if (description !== '') return description;
    }
    return undefined;
  }

  /** The numbers of a key of the first module of an Avalon: `PS` has seven, most have one. */
  packed(key: string): number[] {
    return packedNumbers(this.#modules[0]?.get(key));
  }

  /** A number that each device has: the average, or the sum. Sensors that are not there say -273. */
  ofDevices(key: string, how: 'average' | 'most', least = -272): number | undefined {
    const values = this.devices
      .map((device) => cgminerNumber(device, key))
      .filter((value): value is number => value !== undefined && value > least);
    if (values.length === 0) return undefined;
    if (how === 'most') return Math.max(...values);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  }

  get #modules(): readonly ReadonlyMap<string, string>[] {
    this.#packed ??= this.#rows('stats', 'STATS').flatMap((row) =>
      Object.entries(row).flatMap(([name, value]) =>
        /^MM ID\d+/.test(name) && typeof value === 'string' ? [parsePackedValues(value)] : [],
      ),
    );
    return this.#packed;
  }

  #rows(report: CgminerReport, section: string): readonly CgminerRow[] {
    return this.#replies.get(report)?.sections.get(section) ?? [];
  }
}
