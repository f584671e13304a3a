import {
  BitaxeDriver,
  CgminerDriver,
  MagicMinerDriver,
  minerId,
  minerPorts,
  typeOfMinerDriver,
} from '../../instruments/index.ts';
import type { Driver, Identity, MinerDriver, MinerType } from '../../instruments/index.ts';
import { hasCode, SignalboxError } from '../../kernel/index.ts';
import { exchangeLinkFactory, HttpService, httpLinkFactory } from '../../links/index.ts';
import type { Link } from '../../links/index.ts';

/** A device says within this time what it is, unless it is said otherwise. */
export const probeTimeoutMs = 1_500;

/** A miner that answered. */
export interface FoundMiner {
  readonly host: string;
  readonly port: number;
  readonly driver: MinerDriver;
  readonly type: MinerType;
  /** `bitaxe_192_168_1_40`. */
  readonly id: string;
  readonly identity: Identity;
}

/** How an address is asked. */
export interface ProbeOptions {
  readonly signal: AbortSignal;
  /** @default {@link probeTimeoutMs} */
  readonly timeoutMs?: number | undefined;
  /** @default 80 */
  readonly httpPort?: number | undefined;
  /** @default 4028 */
  readonly rpcPort?: number | undefined;
}

/**
 * Asks an address whether it is a miner: AxeOS and cgminer's RPC at the same time; pages are looked at last,
 * and only where somebody has some.
 * @throws CANCELLED, the reason of the signal
 */
export async function probeMiner(
  host: string,
  { signal, timeoutMs, httpPort, rpcPort }: ProbeOptions,
): Promise<FoundMiner | undefined> {
  const { bitaxe, cgminer } = minerPorts;
  const pages = { host, port: httpPort ?? bitaxe };
  const rpc = { host, port: rpcPort ?? cgminer };
  const service = new HttpService({
    url: `http://${host}:${pages.port}`,
    allowUnencrypted: true,
    connectionsMost: 1,
    responseBytesMost: pageBytesMost,
  });
  using _service = service;
  const web = httpLinkFactory(service).create();
  const line = exchangeLinkFactory(rpc).create();
  const ask = async (driver: Driver, link: Link): Promise<Identity | undefined> =>
    await identityOf(driver, link, signal, timeoutMs ?? probeTimeoutMs);
  // Told apart from a server that is there and is no AxeOS: only that one can have pages.
  let hasPages = true;
  const [axeOs, miner] = await Promise.all([
    ask(new BitaxeDriver(), web).catch((error: unknown) => {
      hasPages = !hasCode(error, 'INSTRUMENT_OFFLINE', 'INSTRUMENT_TIMEOUT', 'CANCELLED');
      return undefined;
    }),
    ask(new CgminerDriver(), line).catch(() => undefined),
  ]);
  signal.throwIfAborted();
  if (axeOs !== undefined) return foundAt(pages, 'bitaxe', axeOs);
  if (miner !== undefined) return foundAt(rpc, 'cgminer', miner);
  if (!hasPages) return undefined;
  const scraped = await ask(new MagicMinerDriver(), web).catch(() => undefined);
  signal.throwIfAborted();
  return scraped === undefined ? undefined : foundAt(pages, 'magic-miner', scraped);
}

/** Anything may be at an address: more is not looked at. */
const pageBytesMost = 262_144;

async function identityOf(
  driver: Driver,
  link: Link,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Identity> {
  const transaction = driver.identify();
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new SignalboxError('INSTRUMENT_TIMEOUT', `no answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    const both = AbortSignal.any([late.signal, signal]);
    const raw = await transaction.attempt().operate?.(link, both);
    return transaction.interpret === undefined ? (raw as Identity) : transaction.interpret(raw);
  } finally {
    clearTimeout(timer);
  }
}

function foundAt(
  { host, port }: { readonly host: string; readonly port: number },
  driver: MinerDriver,
  identity: Identity,
): FoundMiner {
  const type = typeOfMinerDriver(driver, identity.model);
  return { host, port, driver, type, id: minerId(type, host), identity };
}
