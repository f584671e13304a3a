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
    for (const other of writers) {
      if (writer.waits < other.asks && other.got < writer.got) return 'a later writer came first';
    }
    if (isPassed(writer, readers, writers)) return 'a writer waited for two phases of reading';
  }
  return undefined;
}

/** Whether one began to read in a phase that was going on already when it asked, past the writer. */
function isPassed(
  writer: Request,
  readers: readonly Request[],
  writers: readonly Request[],
): boolean {
  return readers.some((reader) => {
    if (reader.asks < writer.waits || reader.got > writer.got) return false;
    const phaseBegan = writers.findLast(({ got }) => got < reader.got)?.got ?? -1;
    return readers.some(({ got }) => got > phaseBegan && got < reader.asks);
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
