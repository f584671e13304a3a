import { readFile } from 'node:fs/promises';
import { defaultUrl } from '../client/index.ts';
import { didYouMean, SignalboxError } from '../kernel/index.ts';
import { runningGateways } from './gateway-record.ts';
import type { GatewayRecord } from './gateway-record.ts';

/** Where a gateway is and how to be let in. */
export interface FoundGateway {
  readonly url: string;
  readonly token?: string;
  /** What is known of it when it runs on this machine. */
  readonly record?: GatewayRecord;
}

/** What a person said about which gateway is meant. */
export interface GatewayWish {
  readonly url?: string;
  readonly name?: string;
}

/**
 * The gateway that is meant: the one that was named, else that of SIGNALBOX_URL, else the only one
 * of this user on this machine, else whatever is at the usual address.
 * @throws NOT_FOUND for a name that none has, BAD_ARGUMENT when several run and none was named,
 *   GATEWAY_UNREACHABLE when it has no HTTP door
 */
export async function findGateway(wish: GatewayWish): Promise<FoundGateway> {
  const record = await findRecord(wish);
  return record === undefined
    ? withToken({ url: wantedUrl(wish) ?? defaultUrl })
    : await reached(record);
}

/** The same as far as it runs on this machine, for this user. */
export async function findRecord(wish: GatewayWish): Promise<GatewayRecord | undefined> {
  const running = await runningGateways();
  if (wish.name !== undefined) return named(wish.name, running);
  const url = wantedUrl(wish);
  if (url !== undefined) return running.find((each) => each.url === url.replace(/\/$/, ''));
  if (running.length < 2) return running[0];
  const list = running.map((each) => `${each.name} (${each.url ?? `pid ${each.pid}`})`).join(', ');
  throw new SignalboxError('BAD_ARGUMENT', `several gateways run here: ${list}`, {
    nextStep: 'Say which one is meant with `--name NAME` or `--url URL`.',
  });
}

function wantedUrl({ url }: GatewayWish): string | undefined {
  const wanted = url ?? process.env['SIGNALBOX_URL'];
  return wanted === '' ? undefined : wanted;
}

function named(name: string, running: readonly GatewayRecord[]): GatewayRecord {
  const record = running.find((each) => each.name === name);
  if (record !== undefined) return record;
  const names = running.map((each) => each.name);
  const hint = didYouMean(name, names);
  throw new SignalboxError('NOT_FOUND', `no gateway named '${name}' runs here${hint}`, {
    nextStep:
      names.length === 0
        ? 'Start one with `signalbox start`.'
        : `Those that run are named ${names.join(', ')}.`,
  });
}

async function reached(record: GatewayRecord): Promise<FoundGateway> {
  const { url, tokenFile, name, pid } = record;
  if (url === undefined) {
    throw new SignalboxError(
      'GATEWAY_UNREACHABLE',
      `gateway '${name}' (pid ${pid}) has no HTTP door, so commands cannot reach it`,
      { nextStep: 'Set `enabled = true` under [http] in its configuration.', details: { pid } },
    );
  }
  // Whoever may read its token file on this machine need not be given the token as well.
  const text = tokenFile === undefined ? '' : await readFile(tokenFile, 'utf8').catch(() => '');
  const token = text.trim();
  return withToken({ url, record, ...(token === '' ? {} : { token }) });
}

function withToken(found: FoundGateway): FoundGateway {
  const token = process.env['SIGNALBOX_TOKEN'];
  return token === undefined || token === '' ? found : { ...found, token };
}
