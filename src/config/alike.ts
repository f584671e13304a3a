/** Names are compared up to so many characters: nobody mistypes more. */
const comparedMost = 64;

/**
 * The name that was likely meant: one that differs in case, dashes and underscores alone, or else in
 * about a quarter of its letters at the most.
 */
export function alike(written: string, names: readonly string[]): string | undefined {
  const wanted = plain(written);
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of names) {
    const distance = distanceOf(wanted, plain(name));
    if (distance > Math.max(1, Math.floor(name.length / 4)) || distance >= least) continue;
    nearest = name;
    least = distance;
  }
  return nearest;
}

/** `; did you mean 'bus'?`, or a list of what there is. */
export function hint(written: string, names: readonly string[], kind: string): string {
  if (names.length === 0) return `; there is no ${kind}`;
  const meant = alike(written, names);
  return meant === undefined ? `; there are ${names.join(', ')}` : `; did you mean '${meant}'?`;
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .slice(0, comparedMost);
}

/** How many letters were left out, added, changed or swapped with their neighbour. */
function distanceOf(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped =
        i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(
        (rows[i - 1]?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (rows[i - 1]?.[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (rows[i - 2]?.[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    rows.push(row);
  }
  return rows[one.length]?.[other.length] ?? 0;
}
