import type { HislipEvent } from '../../../src/protocols/index.ts';

/** The same events with neighbouring pieces as one, copied, and without empty ones. */
export function joined(events: readonly HislipEvent[]): HislipEvent[] {
  const found: HislipEvent[] = [];
  for (const event of events) {
    const last = found.at(-1);
    if (event.kind !== 'piece') found.push(event);
    else if (last?.kind === 'piece') {
      found[found.length - 1] = {
        kind: 'piece',
        bytes: Uint8Array.of(...last.bytes, ...event.bytes),
      };
    } else if (event.bytes.length > 0) {
      found.push({ kind: 'piece', bytes: event.bytes.slice() });
    }
  }
  return found;
}
