import { resolve } from 'node:path';
import { findGateway, findRecord } from '../find-gateway.ts';
import type { GatewayWish } from '../find-gateway.ts';
import { clientOf } from '../session.ts';
import type { Check } from './check.ts';
import { checkConfiguration } from './configuration-checks.ts';
import { checkGateway, checkInstruments, checkPorts } from './gateway-checks.ts';
import { checkLinks } from './link-checks.ts';
import { checkClock, checkDisk } from './machine-checks.ts';
import { checkTokens } from './token-checks.ts';

/** What is to be examined. */
export interface Examination {
  readonly wish: GatewayWish;
  /** The configuration. @default the one that the gateway was started with, or lab.toml here */
  readonly file?: string | undefined;
  /** Whether each instrument is asked what it is. */
  readonly isThorough: boolean;
  readonly signal: AbortSignal;
  /** Told what is looked at. */
  readonly progress: (what: string) => void;
}

/** Looks at everything that can go wrong, whether a gateway runs or not. */
export async function examine(examination: Examination): Promise<Check[]> {
  const { wish, file, isThorough, signal, progress } = examination;
  progress('the configuration');
  const record = await findRecord(wish);
  const { checks: configuration, config } = await checkConfiguration(file, record);
  const client = clientOf(await findGateway(wish));
  progress(`the gateway at ${client.url}`);
  const { checks: gateway, status } = await checkGateway(client, signal);
  progress('the links');
  const isElsewhere = record === undefined && status !== undefined;
  const links =
    status !== undefined
      ? checkPorts(status)
      : config === undefined
        ? []
        : await checkLinks(config, signal);
  progress('the instruments');
  const instruments =
    isThorough && status !== undefined ? await checkInstruments(client, status, signal) : [];
  progress('the machine');
  // Of a gateway of another user or machine, the folders cannot be known here.
  const folder = isElsewhere ? resolve('.') : await stateFolderOf(record?.stateFolder, config);
  return [
    ...configuration,
    ...gateway,
    ...links,
    ...instruments,
    await checkDisk(folder),
    await checkClock(folder, status?.sinceMs),
    ...(isElsewhere ? [] : await checkTokens(folder, config)),
  ];
}

async function stateFolderOf(
  known: string | undefined,
  config: Awaited<ReturnType<typeof checkConfiguration>>['config'],
): Promise<string> {
  if (known !== undefined) return known;
  const { stateFolder } = await import('../../gateway/index.ts');
  return config?.gateway.stateFolder ?? stateFolder(config?.gateway.name ?? 'signalbox');
}
