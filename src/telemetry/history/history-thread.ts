// The thread that writes to a history file, or the one that reads it: which, says its data.
import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { asSignalboxError, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { ErrorReport } from '../../kernel/index.ts';
import { isDamaged } from '../database/database-errors.ts';
import { moveAside, openOrSetAside } from '../database/set-aside.ts';
import type { SetAside } from '../database/set-aside.ts';
import type {
  ExportQuery,
  HistoryQuery,
  Retention,
  SeriesDefinition,
  SeriesHistory,
  SeriesName,
} from './history.ts';
import { SqliteReader } from './sqlite-reader.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import type { ColumnBatch } from './sqlite-writer.ts';

export interface HistoryThreadData {
  readonly role: 'writer' | 'reader';
  readonly path: string;
}

export type HistoryCommand =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'append';
      readonly batch: ColumnBatch;
      /** Present when they are others than those of the batch before. */
      readonly definitions?: readonly SeriesDefinition[];
    }
  | { readonly kind: 'retain'; readonly retention: Retention; readonly nowMs: number }
  | { readonly kind: 'query'; readonly query: HistoryQuery }
  | { readonly kind: 'series' }
  | { readonly kind: 'latest'; readonly series: SeriesName; readonly atMs: number }
  | { readonly kind: 'count'; readonly query: ExportQuery }
  | {
      readonly kind: 'page';
      readonly series: SeriesName;
      readonly query: Omit<ExportQuery, 'series'>;
      readonly most: number;
    }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'close' };

/** A command on its way to the thread, and what comes back. */
export type ToHistoryThread =
  | { readonly id: number; readonly command: HistoryCommand }
  | { readonly cancel: number };
export type FromHistoryThread =
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: ErrorReport }
  | { readonly kind: 'set-aside'; readonly error: ErrorReport; readonly movedTo: string };

const port = parentPort;
if (port === null) {
  throw new SignalboxError('INTERNAL', 'history-thread runs as a worker thread only');
}
const { role, path } = workerData as HistoryThreadData;
const cancelled = new Set<number>();
const definitions: SeriesDefinition[] = [];
let writer: SqliteWriter | undefined;
let reader: SqliteReader | undefined;

const tell = (message: FromHistoryThread): void => port.postMessage(message);
const setAside: SetAside = (error, movedTo) =>
  tell({ kind: 'set-aside', error: error.toJSON(), movedTo });

function openWriter(): SqliteWriter {
  if (writer !== undefined) return writer;
  writer = openOrSetAside(path, systemClock.now(), () => new SqliteWriter(path), setAside);
  writer.define(definitions);
  return writer;
}

function openReader(): SqliteReader {
  reader ??= new SqliteReader(path);
  return reader;
}

function closeAll(): void {
  writer?.[Symbol.dispose]();
  reader?.[Symbol.dispose]();
  writer = undefined;
  reader = undefined;
}

/** What was damaged goes aside, and then it is done once more, with a new file. */
function write<Result>(action: (writer: SqliteWriter) => Result): Result {
  try {
    return action(openWriter());
  } catch (error) {
    // A disk that failed may leave a connection of which nobody knows what it holds.
    closeAll();
    if (!isDamaged(error)) throw error;
    setAside(error, moveAside(path, systemClock.now()));
    return action(openWriter());
  }
}

function read<Result>(action: (reader: SqliteReader) => Result): Result {
  try {
    return action(openReader());
  } catch (error) {
    closeAll();
    throw error;
  }
}

async function query(id: number, { series, ...rest }: HistoryQuery): Promise<SeriesHistory[]> {
  const found: SeriesHistory[] = [];
  for (const name of series) {
    if (cancelled.has(id)) break;
    found.push(read((from) => from.query(name, rest)));
    // Others have their turn, and a cancellation comes in.
    await turn();
  }
  return found;
}

async function perform(id: number, command: HistoryCommand): Promise<unknown> {
  switch (command.kind) {
    case 'open':
      if (role === 'writer') openWriter();
      else openReader();
      return undefined;
    case 'append':
      if (command.definitions !== undefined) {
        definitions.splice(0, definitions.length, ...command.definitions);
        writer?.define(definitions);
      }
      return write((into) => into.append(command.batch));
    case 'retain':
      return write((into) => into.retain(command.retention, command.nowMs));
    case 'query':
      return await query(id, command.query);
    case 'series':
      return read((from) => from.series());
    case 'latest':
      return read((from) => from.latestBefore(command.series, command.atMs));
    case 'count':
      return read((from) => from.countRows(command.query));
    case 'page':
      return read((from) => from.page(command.series, command.query, command.most));
    case 'reopen':
    case 'close':
      closeAll();
      return undefined;
  }
}

port.on('message', (message: ToHistoryThread) => {
  if ('cancel' in message) {
    cancelled.add(message.cancel);
    return;
  }
  const { id, command } = message;
  perform(id, command)
    .then(
      (result) => tell({ kind: 'answer', id, result }),
      (error: unknown) => tell({ kind: 'refusal', id, error: asSignalboxError(error).toJSON() }),
    )
    .finally(() => cancelled.delete(id));
});
