import type { FaultsAtStart } from '../faults.ts';

/** Miners, hundreds in one process, each at a loopback address of its own. */
export interface MinersDefinition extends FaultsAtStart {
  readonly kind: 'miners';
  /** With AxeOS 2.11: numbers for difficulties, pools with numbers. @default 0 */
  readonly bitaxe?: number;
  /** With AxeOS 2.6: `bestDiff` as `1.29M`, `stratumDiff`, the number of chips among the information. @default 0 */
  readonly bitaxeOld?: number;
  /** Avalons, which pack what they say into one text. @default 0 */
  readonly avalon?: number;
  /** Miners with a plain cgminer. @default 0 */
  readonly cgminer?: number;
  /** Magic Miners, which have pages and no API. @default 0 */
  readonly magic?: number;
  /** Servers whose pages have nothing to do with mining. @default 0 */
  readonly strangers?: number;
  /** The first device's; the others follow. In 127.0.0.0/8. @default '127.20.0.1' */
  readonly firstAddress?: string;
  /** Where all of them have their pages. 0 takes one that is free at the first address. @default 0 */
  readonly httpPort?: number;
  /** Where all of them have cgminer's RPC. 0 takes a free one. @default 0 */
  readonly rpcPort?: number;
  /** Whether cgminer lets the caller do more than read. @default true */
  readonly privileged?: boolean;
  /** How long a restart takes; absent: 10 to 20 s, as the seed has it. */
  readonly restartMs?: number;
  /** A connection that is idle for so long is closed by the device; 0 never. @default 0 */
  readonly idleMs?: number;
  /** Of everything that is drawn at random. @default 1 */
  readonly seed?: number;
}

/** What kind of miner a device is. */
export type MinerKind = 'bitaxe' | 'bitaxe-old' | 'avalon' | 'cgminer' | 'magic' | 'stranger';

/** Which kinds there are, in the order in which devices are numbered, from 1 on. */
export const minerKinds: readonly (readonly [MinerKind, keyof MinersDefinition])[] = [
  ['bitaxe', 'bitaxe'],
  ['bitaxe-old', 'bitaxeOld'],
  ['avalon', 'avalon'],
  ['cgminer', 'cgminer'],
  ['magic', 'magic'],
  ['stranger', 'strangers'],
];
