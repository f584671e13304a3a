import type { Mutant } from '../../support/plantation.ts';

/** What must not be lost where several instruments share an adapter. */
export const sharingBugs: readonly Mutant[] = [
  {
    bug: 'nobody waits for a turn with the adapter',
    file: 'prologix/adapter-line.ts',
    find: 'if (!this.#isTaken) {',
    replace: 'if (this !== undefined) {',
  },
  {
    bug: 'the adapter stays at the instrument to which it was turned first',
    file: 'prologix/adapter-settings.ts',
    find: 'if (this.#place === place) return [];',
    replace: 'if (this.#place !== undefined) return [];',
  },
  {
    bug: 'commands and reads go to the instrument that was written to last',
    file: 'prologix/adapter.ts',
    find: 'place === undefined ? [] : this.#settings.toward(place)',
    replace: '[] as string[]',
  },
  {
    bug: 'a secondary address is left out',
    file: 'prologix/prologix-link.ts',
    find: 'secondary === undefined ? `${primary}` : `${primary} ${secondary + 96}`',
    replace: '`${primary}`',
  },
  {
    bug: 'a reply is read when the turn is over',
    file: 'prologix/prologix-link.ts',
    find: 'await this.#afterMessage(use, end);',
    replace: 'this.#afterMessage(use, end).catch(() => {});',
  },
  {
    bug: 'what is said after its asker gave up is kept for the next one',
    file: 'prologix/reply-reading.ts',
    find: 'if (!this.givenUp.aborted) await deliver(',
    replace: 'await deliver(',
  },
];
