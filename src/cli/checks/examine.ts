import type { Check } from '../../telemetry/index.ts';
import { findGateway, findRecord } from '../find-gateway.ts';
import type { GatewayWish } from '../find-gateway.ts';
import { clientOf } from '../session.ts';
import { checkConfiguration } from './configuration-checks.ts';
import { checkGateway, checkInstruments, checkWithin } from './gateway-checks.ts';
import { checkLinks } from './link-checks.ts';

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

/** Looks at everything that can go wrong. A gateway that runs looks at itself. */
export async function examine(examination: Examination): Promise<Check[]> {
  const { wish, file, isThorough, signal, progress } = examination;
  progress('the configuration');
  const record = await findRecord(wish);
  const { checks: configuration, config } = await checkConfiguration(file, record);
  const client = clientOf(await findGateway(wish));
  progress(`the gateway at ${client.url}`);
  const { checks: gateway, status } = await checkGateway(client, signal);
  const found = [...configuration, ...gateway];
  if (status === undefined) {
    progress('links and machine');
    return [...found, ...(await withoutGateway(record?.stateFolder, config, signal))];
  }
  progress('what the gateway finds');
  const within = await checkWithin(client, signal);
  if (!isThorough) return [...found, ...within];
  progress('the instruments');
  return [...found, ...(await checkInstruments(client, status, signal)), ...within];
}

/** What can be looked at where none runs. */
async function withoutGateway(
  knownFolder: string | undefined,
  config: Awaited<ReturnType<typeof checkConfiguration>>['config'],
  signal: AbortSignal,
): Promise<Check[]> {
  const { stateFolder } = await import('../../gateway/index.ts');
  const { checkClock, checkDisk, checkTokens } = await import('../../telemetry/index.ts');
  const folder =
    knownFolder ?? config?.gateway.stateFolder ?? stateFolder(config?.gateway.name ?? 'signalbox');
  return [
    ...(config === undefined ? [] : await checkLinks(config, signal)),
    await checkDisk(folder),
    await checkClock(folder, undefined),
    ...(await checkTokens(folder, config)),
  ];
}
