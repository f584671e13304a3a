import { onTestFinished } from 'vitest';
import { RedPitayaManager } from '../../../../src/instruments/index.ts';
import type {
  RedPitayaConfig,
  RedPitayaLogEntry,
  RedPitayaManagerOptions,
} from '../../../../src/instruments/index.ts';

/** Debian's own Python. */
export const python = '/usr/bin/python3';
/** A board that is computed. */
export const mock: RedPitayaConfig = { isMock: true };

/** A manager that is shut down with its test, and what it wrote. */
export interface LoggedManager {
  readonly manager: RedPitayaManager;
  readonly log: RedPitayaLogEntry[];
}

/** A manager that is not started yet. */
export function newManager(options: RedPitayaManagerOptions = {}): LoggedManager {
  const log: RedPitayaLogEntry[] = [];
  const manager = new RedPitayaManager({
    python,
    log: (entry) => void log.push(entry),
    ...options,
  });
  onTestFinished(async () => await manager.shutdown());
  return { manager, log };
}

/** One with a computed board. */
export async function startedManager(
  options: RedPitayaManagerOptions = {},
): Promise<LoggedManager> {
  const made = newManager(options);
  await made.manager.start(mock);
  return made;
}

/** The trace of a response. */
export function traceOf(data: unknown): {
  readonly voltage: Float32Array;
  readonly time: Float64Array;
} {
  return data as { readonly voltage: Float32Array; readonly time: Float64Array };
}
