import type { JournalEntry } from './journal.ts';
import type { Layers } from './layers.ts';

/** Which revision the files are. */
export interface PlaceInJournal {
  /** Undefined when the journal does not know what the files say. */
  readonly entry: JournalEntry | undefined;
  /** Revisions that the journal names after it, and that never came about. */
  readonly undone: readonly [first: number, last: number] | undefined;
}

/**
 * Finds what the files say in the journal. The journal is written first: when it goes on from there by
 * the one write that a crash can have kept from the file, that write never came about.
 * @param seen the revision that is known to have been on the disk, or 0
 */
export function placeInJournal(
  { target, below }: Layers,
  entries: readonly JournalEntry[],
  seen: number,
): PlaceInJournal {
  const gone = entries.flatMap((each) => (each.undone === undefined ? [] : [each.undone]));
  const counted = entries.filter(
    ({ revision, undone }) =>
      undone === undefined && !gone.some(([first, last]) => revision >= first && revision <= last),
  );
  const at = counted.findLastIndex((each) => each.sha256 === target.sha256 && each.below === below);
  const entry = counted[at];
  const later = counted.slice(at + 1);
  const [next] = later;
  const last = later.at(-1);
  if (entry === undefined || next === undefined || last === undefined) {
    return { entry, undone: undefined };
  }
  // Each write ends with an entry that has a digest.
  const writes = later.filter((each) => each.sha256 !== undefined).length;
  // What more than one write, or what was seen, put there was taken back by hand.
  if (writes > 1 || last.revision <= seen) return { entry: undefined, undone: undefined };
  return { entry, undone: [next.revision, last.revision] };
}
