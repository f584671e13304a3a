/** So many names are suggested at most. */
export const alikeMost = 5;
/** Longer words are not compared letter by letter, so that a mistake costs no time. */
const comparedLettersMost = 64;

/**
 * The names that somebody may have meant, the likeliest first: those that are the same but for the
 * case, a few letters wrong, or contain what was written.
 */
export function alike(wanted: string, names: Iterable<string>): string[] {
  const written = wanted.toLowerCase();
  if (written === '') return [];
  // One letter wrong in three: more is another word.
  const mistakesMost = Math.max(1, Math.floor(written.length / 3));
  const all = new Set(names);
  const near = Array.from(all, (name) => ({
    name,
    distance: distanceOf(written, name.toLowerCase()),
  })).filter(({ distance }) => distance <= mistakesMost);
  // Who has written a name in another case has meant no other.
  const isWritten = near.some(({ distance }) => distance === 0);
  return near
    .filter(({ distance }) => !isWritten || distance === 0)
    .sort((one, other) => one.distance - other.distance || one.name.localeCompare(other.name))
    .slice(0, alikeMost)
    .map(({ name }) => name);
}

/** As the end of a message: `; did you mean nitrogen?`, or nothing when nothing is alike. */
export function didYouMean(wanted: string, names: Iterable<string>): string {
  const found = alike(wanted, names);
  return found.length === 0 ? '' : `; did you mean ${found.join(', ')}?`;
}

function distanceOf(written: string, name: string): number {
  const isPart = name.includes(written) || (name.length > 2 && written.includes(name));
  // Nearer than a letter that is wrong, and the nearer the less is missing.
  if (isPart) return 1 - 1 / (1 + Math.abs(name.length - written.length));
  if (written.length > comparedLettersMost || name.length > comparedLettersMost) return Infinity;
  return editDistance(written, name);
}

/** Letters to change, add, leave out, or swap with their neighbour (optimal string alignment). */
function editDistance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      let least = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
      );
      const isSwapped =
        row > 1 &&
        column > 1 &&
        one[row - 1] === other[column - 2] &&
        one[row - 2] === other[column - 1];
      if (isSwapped) least = Math.min(least, at(before, column - 2) + 1);
      current.push(least);
    }
    before = last;
    last = current;
  }
  return at(last, other.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
