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
 * about a second, pass for old by thousands, and would pile up. With a thousand instruments that is 260 MB in
 * the place of 490; a young space that grows would take less of the processor (a twentieth of a core), and
 * 400 MB.
 */
export function clearOldOften(): void {
  setFlagsFromString('--heap-growing-percent=20');
}
