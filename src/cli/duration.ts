export { duration } from '../kernel/index.ts';

/** A time of day: `12:21:36.858`. */
export function timeOfDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 23);
}
