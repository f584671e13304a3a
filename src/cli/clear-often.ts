import { setFlagsFromString } from 'node:v8';

/**
 * Has the collector of young objects come often, for a moment each time: the space that it clears stays
 * as small as it begins. A long response leaves a buffer for each of its pieces, and in a space that has
 * grown they pile up by tens of megabytes before anybody clears them.
 */
export function clearOften(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** From so many instruments on, what their polls leave behind is worth clearing before the usual time. */
export const instrumentsForUsualTimeMost = 50;

/**
 * Has what passes for old cleared once it is a fifth of what stays, not several times that. Values live for
 * about a second, pass for old by thousands, and would pile up: with a thousand instruments that is 240 MB in
 * the place of 490. A young space that grows would need 400 MB. One thread clears the small one, dozens of
 * times a second: to wake others takes longer than that, and a twentieth of a core.
 */
export function clearOldOften(): void {
  setFlagsFromString('--heap-growing-percent=20');
  setFlagsFromString('--no-parallel-scavenge');
}
