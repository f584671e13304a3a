import { setFlagsFromString } from 'node:v8';

/**
 * Has the collector of young objects come often, for a moment each time: the space that it clears stays
 * as small as it begins. A long response leaves a buffer for each of its pieces, and in a space that has
 * grown they pile up by tens of megabytes before anybody clears them.
 */
export function clearOften(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
