/** Whether a name is meant by a pattern, in which `*` stands for any letters, also none. */
export function isMeant(pattern: string, name: string): boolean {
  if (pattern === '*') return true;
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === name;
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || name.length < first.length + last.length) return false;
  if (!name.endsWith(last)) return false;
  // Each piece as early as it can be: a later place would never help the pieces after it.
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= name.length - last.length;
}

export function isMeantByAny(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => isMeant(pattern, name));
}
