import { seed } from './seed.ts';

/** Numbers from 0 up to 1 that the run's seed decides (mulberry32), for loops too hot for fast-check. */
export function randomFrom(salt = 0): () => number {
  let state = (seed ^ Math.imul(salt + 1, 0x9e3779b9)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
