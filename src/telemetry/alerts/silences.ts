import type { Silence } from './alert-record.ts';
import { isMeant } from './name-pattern.ts';

/** So many silences can be at once. */
export const silencesMost = 1_000;

/** Whether a silence is about a subject of a rule. */
export function covers(silence: Silence, alert: string, subject: string): boolean {
  return isMeant(silence.alert, alert) && isMeant(silence.subject ?? '*', subject);
}

/** When a subject of a rule may be told of again, ms since 1970; undefined when it may now. */
export function silentUntil(
  silences: Iterable<Silence>,
  alert: string,
  subject: string,
): number | undefined {
  let untilMs: number | undefined;
  for (const silence of silences) {
    if (!covers(silence, alert, subject)) continue;
    untilMs = Math.max(untilMs ?? 0, silence.untilMs);
  }
  return untilMs;
}
