/** Beyond so many lines of one side that differ, they are shown as one block each. */
const comparedLinesMost = 2_000;
/** So many lines are shown around each change. */
const contextLines = 3;

type Line = readonly [sign: ' ' | '-' | '+', text: string];

/** The difference of two texts as `diff -u` shows it; empty when there is none. */
export function textDiff(
  before: string,
  after: string,
  names: { readonly before: string; readonly after: string },
): string {
  if (before === after) return '';
  const hunks = hunksOf(compared(linesOf(before), linesOf(after)));
  return `--- ${names.before}\n+++ ${names.after}\n${hunks.join('')}`;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function compared(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const least = Math.min(before.length, after.length) - head;
  while (tail < least && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const same = (text: string): Line => [' ', text];
  return [
    ...before.slice(0, head).map(same),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** By the longest common subsequence of lines. */
function middle(before: readonly string[], after: readonly string[]): Line[] {
  const gone = (text: string): Line => ['-', text];
  const come = (text: string): Line => ['+', text];
  if (Math.max(before.length, after.length) > comparedLinesMost) {
    return [...before.map(gone), ...after.map(come)];
  }
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        before[i] === after[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
    }
  }
  const lines: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      lines.push([' ', before[i] ?? '']);
      i += 1;
      j += 1;
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) {
      lines.push(gone(before[i] ?? ''));
      i += 1;
    } else {
      lines.push(come(after[j] ?? ''));
      j += 1;
    }
  }
  return [...lines, ...before.slice(i).map(gone), ...after.slice(j).map(come)];
}

function hunksOf(lines: readonly Line[]): string[] {
  const hunks: string[] = [];
  for (let at = 0; at < lines.length;) {
    const first = lines.findIndex(([sign], index) => index >= at && sign !== ' ');
    if (first < 0) break;
    let last = first;
    for (let index = first; index < lines.length && index <= last + 2 * contextLines; index += 1) {
      if (lines[index]?.[0] !== ' ') last = index;
    }
    const from = Math.max(at, first - contextLines);
    const to = Math.min(lines.length, last + contextLines + 1);
    hunks.push(hunk(lines, from, to));
    at = to;
  }
  return hunks;
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const shown = lines.slice(from, to);
  const range = (except: '-' | '+'): string => {
    const start = lines.slice(0, from).filter(([sign]) => sign !== except).length;
    const length = shown.filter(([sign]) => sign !== except).length;
    return `${length === 0 ? start : start + 1},${length}`;
  };
  const head = `@@ -${range('+')} +${range('-')} @@\n`;
  return head + shown.map(([sign, text]) => `${sign}${text}\n`).join('');
}
