import type { Board, Entry } from './board.ts';

/** When a request did what, as lines of the board; Infinity for never. */
interface Request {
  readonly isWriter: boolean;
  asks: number;
  /** From here on it was surely in line; only known of those who do not block. */
  waits: number;
  got: number;
}

/** Whether all were served in the order that is promised. @returns what was wrong */
export function checkOrder(board: Board): string | undefined {
  const entries = [...board.entries()];
  const requests = requestsOf(entries);
  const readers = requests.filter(({ isWriter, got }) => !isWriter && got < Infinity);
  const writers = requests
    .filter(({ isWriter, got }) => isWriter && got < Infinity)
    .sort((a, b) => a.got - b.got);
  for (const reader of readers) {
    const passed = writers.filter(({ got }) => reader.waits < got && got < reader.got);
    if (passed.length > 1) return `a reader waited for ${passed.length} writers`;
  }
  for (const writer of writers) {
    if (writer.waits === Infinity) continue;
    // One may have been seen by a look that had begun before, and missed this one.
    const later = writers.filter(({ asks, got }) => asks > writer.waits && got < writer.got);
    if (later.length > 1) return 'later writers came first';
    if (isPassed(writer, readers, writers)) return 'a writer waited for two phases of reading';
  }
  return undefined;
}

/**
 * Whether readers passed the writer that had come after it, and then others that came after those.
 * The first ones may have come into a look at the entries that had begun before the writer came.
 */
function isPassed(
  writer: Request,
  readers: readonly Request[],
  writers: readonly Request[],
): boolean {
  const later = readers.filter(({ asks, got }) => asks > writer.waits && got < writer.got);
  return later.some((reader) => {
    const phaseBegan = writers.findLast(({ got }) => got < reader.got)?.got ?? -1;
    return later.some(({ got }) => got > phaseBegan && got < reader.asks);
  });
}

function requestsOf(entries: readonly Entry[]): readonly Request[] {
  const requests = new Map<number, Request>();
  for (const [line, { request, event, isWriter }] of entries.entries()) {
    let found = requests.get(request);
    if (found === undefined) {
      found = { isWriter, asks: Infinity, waits: Infinity, got: Infinity };
      requests.set(request, found);
    }
    found[event] = line;
  }
  return [...requests.values()];
}
