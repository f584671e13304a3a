import { setFlagsFromString } from 'node:v8';

/**
 * Has the collector of young objects come often, for a moment each time: the space that it clears stays
 * as small as it begins. A long response leaves a buffer for each of its pieces, and in a space that has
 * grown they pile up by tens of megabytes before anybody clears them.
 */
export function clearOften(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** From so many instruments on, what their polls leave behind each second is more than so small a space holds. */
export const instrumentsForSmallSpaceMost = 50;

/**
 * Lets that space grow again. In a small one the answers of many polls that are under way at once pass for
 * old, pile up with the objects that stay, and are cleared with all of those: that costs several times the
 * processor and the memory. Values live for about a second and pass for old by thousands all the same: those
 * are cleared once they are 40 % of what stays, not several times that, which halves the memory for a twentieth
 * of a core.
 */
export function clearSeldom(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
  setFlagsFromString('--heap-growing-percent=40');
}
