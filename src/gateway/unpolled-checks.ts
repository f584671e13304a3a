import type { SignalboxError } from '../kernel/index.ts';
import { failedCheck } from '../telemetry/index.ts';
import type { Check } from '../telemetry/index.ts';

/** What is wrong where instruments are not polled as their configuration says. */
export function unpolledChecks(unpolled: ReadonlyMap<string, SignalboxError>): readonly Check[] {
  return [...unpolled].map(([name, error]) => failedCheck('instrument', `polls of ${name}`, error));
}
