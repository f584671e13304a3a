import { readFile } from 'node:fs/promises';
import type { Config } from '../config/index.ts';
import { SignalboxError } from '../kernel/index.ts';
import { startTracing } from '../telemetry/index.ts';
import type { Tracing } from '../telemetry/index.ts';
import type { RoomLog } from './room-log.ts';

/**
 * Where what is asked is told of; undefined where a configuration has nothing of it.
 * @throws CONFIG_UNREADABLE when the token cannot be read
 */
export async function buildTracing(
  { tracing, gateway }: Config,
  version: string,
  log: RoomLog,
): Promise<Tracing | undefined> {
  if (tracing === undefined) return undefined;
  const { endpoint, tokenFile, sampleShare, serviceName = gateway.name } = tracing;
  const headers = tokenFile === undefined ? {} : { authorization: await bearer(tokenFile) };
  const told = (failure: string | undefined): void => {
    const room = log.of('gateway');
    if (failure === undefined) room.info(`${endpoint} takes traces again`);
    else room.warn(`${endpoint} takes no traces: ${failure}`);
  };
  return await startTracing({ endpoint, headers, sampleShare, serviceName, version, told });
}

async function bearer(tokenFile: string): Promise<string> {
  try {
    return `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}`;
  } catch (cause) {
    throw new SignalboxError(
      'CONFIG_UNREADABLE',
      `the token for traces cannot be read: ${String(cause)}`,
      { cause },
    );
  }
}
