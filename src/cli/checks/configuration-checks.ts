import { existsSync } from 'node:fs';
import type { Config } from '../../config/index.ts';
import type { GatewayRecord } from '../gateway-record.ts';
import { usualFile } from '../laboratory-file.ts';
import { check } from './check.ts';
import type { Check } from '../../telemetry/index.ts';

/** A configuration that was looked at. */
export interface CheckedConfiguration {
  readonly checks: readonly Check[];
  /** Absent when there is none, or a bad one. */
  readonly config?: Config;
}

/** Checks the file that is named, or that the gateway was started with, or the usual one here. */
export async function checkConfiguration(
  named: string | undefined,
  record: GatewayRecord | undefined,
): Promise<CheckedConfiguration> {
  const file = named ?? record?.file ?? (existsSync(usualFile) ? usualFile : undefined);
  if (file === undefined) return { checks: [] };
  const { loadConfig } = await import('../../config/index.ts');
  let config: Config | undefined;
  const done = await check('configuration', file, async () => {
    config = await loadConfig(file, record?.environment);
    const { ports, instruments, gateway } = config;
    const counts = `${Object.keys(ports).length} ports, ${Object.keys(instruments).length} instruments`;
    return `gateway '${gateway.name}': ${counts}`;
  });
  return config === undefined ? { checks: [done] } : { checks: [done], config };
}
