import type { HttpResponse } from './http-answer.ts';

/** How long a service is left alone that does not say for how long. */
export const retryAfterUsualMs = 1_000;
/** No longer, whatever it says. */
export const retryAfterMostMs = 86_400_000;

/** For how long a service asks to be left alone: seconds or a date. RFC 9110, section 10.2.3. */
export function retryAfterMs({ headers }: Pick<HttpResponse, 'headers'>, nowMs: number): number {
  const text = headers['retry-after']?.trim() ?? '';
  const askedMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  if (Number.isNaN(askedMs)) return retryAfterUsualMs;
  return Math.min(Math.max(askedMs, 0), retryAfterMostMs);
}
