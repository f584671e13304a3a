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
export const probeTimeoutMs = 2_500;

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

/** Where at an address something may be: pages or an API at a port, cgminer's RPC at another. */
export interface ProbePorts {
  readonly http?: number;
  readonly rpc?: number;
}

/** How an address is asked. */
export interface ProbeOptions {
  readonly signal: AbortSignal;
  /** @default {@link probeTimeoutMs} */
  readonly timeoutMs?: number | undefined;
  /** One after the other, until somebody is found. @default both usual ports */
  readonly ports?: readonly ProbePorts[];
}

/** The usual ports asked for what is usual there, others for everything. */
export function probePorts(ports: readonly number[]): ProbePorts[] {
  const { bitaxe, cgminer } = minerPorts;
  const usual = {
    ...(ports.includes(bitaxe) ? { http: bitaxe } : {}),
    ...(ports.includes(cgminer) ? { rpc: cgminer } : {}),
  };
  const others = ports.filter((port) => port !== bitaxe && port !== cgminer);
  return [usual, ...others.map((port) => ({ http: port, rpc: port }))];
}

/**
 * Asks an address whether it is a miner: AxeOS and cgminer's RPC at the same time; pages are looked at last,
 * and only where somebody has some.
 * @throws CANCELLED, the reason of the signal
 */
export async function probeMiner(
  host: string,
  { signal, timeoutMs = probeTimeoutMs, ports = [usualPorts] }: ProbeOptions,
): Promise<FoundMiner | undefined> {
  for (const each of ports) {
    const found = await probePort(host, each, signal, timeoutMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

const usualPorts: ProbePorts = { http: minerPorts.bitaxe, rpc: minerPorts.cgminer };

async function probePort(
  host: string,
  { http, rpc }: ProbePorts,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<FoundMiner | undefined> {
  using stack = new DisposableStack();
  const web = http === undefined ? undefined : stack.use(serviceAt(host, http));
  const ask = async (driver: Driver, link: Link): Promise<Identity> =>
    await identityOf(driver, link, signal, timeoutMs);
  // Told apart from a server that is there and is no AxeOS: only that one can have pages.
  let hasPages = web !== undefined;
  const [axeOs, miner] = await Promise.all([
    web === undefined
      ? undefined
      : ask(new BitaxeDriver(), httpLinkFactory(web).create()).catch((error: unknown) => {
          hasPages = !hasCode(error, 'INSTRUMENT_OFFLINE', 'INSTRUMENT_TIMEOUT', 'CANCELLED');
          return undefined;
        }),
    rpc === undefined
      ? undefined
      : ask(new CgminerDriver(), exchangeLinkFactory({ host, port: rpc }).create()).catch(
          () => undefined,
        ),
  ]);
  signal.throwIfAborted();
  if (axeOs !== undefined) return foundAt(host, http, 'bitaxe', axeOs);
  if (miner !== undefined) return foundAt(host, rpc, 'cgminer', miner);
  if (!hasPages || web === undefined) return undefined;
  const link = httpLinkFactory(web).create();
  const scraped = await ask(new MagicMinerDriver(), link).catch(() => undefined);
  signal.throwIfAborted();
  return scraped === undefined ? undefined : foundAt(host, http, 'magic-miner', scraped);
}

function serviceAt(host: string, port: number): HttpService {
  return new HttpService({
    url: `http://${host}:${port}`,
    allowUnencrypted: true,
    responseBytesMost: pageBytesMost,
  });
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
  host: string,
  port: number | undefined,
  driver: MinerDriver,
  identity: Identity,
): FoundMiner {
  const type = typeOfMinerDriver(driver, identity.model);
  return {
    host,
    port: port ?? minerPorts[driver],
    driver,
    type,
    id: minerId(type, host),
    identity,
  };
}
