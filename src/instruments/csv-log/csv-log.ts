import { appendFile, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { asSignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, SignalboxError, Timer } from '../../kernel/index.ts';
import type { Value } from '../parameter.ts';
import { csvLine } from './csv-line.ts';

/** Rows that wait to be written. Beyond it the oldest go, and a row of kind `gap` tells how many. */
export const bufferedRowsMost = 10_000;
/** Rows are written so long after the first of them at the latest. */
export const flushAfterMs = 1_000;

/** The columns of a log, as FlowControl has them. */
export const csvColumns: readonly string[] = [
  'ts',
  'iso',
  'port',
  'address',
  'kind',
  'name',
  'value',
  'unit',
  'extra',
  'usertag',
];

/** One row of a log. */
export interface CsvRow {
  readonly port: string;
  readonly address: number | string;
  /** What the row tells: `measure`, `setpoint`, `error`. */
  readonly kind: string;
  readonly name: string;
  readonly value: Value;
  readonly unit?: string;
  /** More, in words: `12 samples`. */
  readonly extra?: string;
  /** The name of the instrument, for file names that have it. @default '' */
  readonly instrument?: string;
  /** What people call the instrument; each has a file of its own. */
  readonly userTag: string;
  /** When it was, ms since 1970. @default now */
  readonly atMs?: number;
}

export interface CsvLogOptions {
  /** Where the files are; made when it is not there. */
  readonly folder: string;
  /**
   * The name of a row's file: `{userTag}`, `{instrument}`, `{port}` and `{date}` (of the row, UTC) stand
   * for the row's own. Whatever cannot be in a file name becomes `_`.
   * @default 'log_{userTag}.csv'
   */
  readonly fileName?: string;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told when rows could not be written; they are kept, and tried again with the next ones. */
  readonly onFailure?: (error: SignalboxError) => void;
}

interface Pending {
  readonly file: string;
  readonly line: string;
}

/** Keeps a file of rows for each user tag. Adding a row never waits for the disk. */
export class CsvLog implements AsyncDisposable {
  readonly #folder: string;
  readonly #fileName: string;
  readonly #clock: Clock;
  readonly #onFailure: (error: SignalboxError) => void;
  #rows: Pending[] = [];
  #dropped = 0;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: SignalboxError | undefined;

  constructor(options: CsvLogOptions) {
    this.#folder = options.folder;
    this.#fileName = options.fileName ?? 'log_{userTag}.csv';
    this.#clock = options.clock ?? systemClock;
    this.#onFailure = options.onFailure ?? (() => {});
  }

  /** Why the last rows could not be written; undefined when they were. */
  get failure(): SignalboxError | undefined {
    return this.#failure;
  }

  /** How many rows wait to be written. */
  get waiting(): number {
    return this.#rows.length;
  }

  add(row: CsvRow): void {
    if (this.#rows.length >= bufferedRowsMost) {
      this.#rows.shift();
      this.#dropped += 1;
    }
    this.#rows.push(this.#pending(row));
    this.#timer ??= this.#clock.schedule(flushAfterMs, () => void this.flush());
  }

  /** Resolves when what waits is written, or could not be; see `failure`. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing = this.#writing.then(async () => this.#writeAll());
    await this.#writing;
  }

  /** Writes what waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush();
  }

  async #writeAll(): Promise<void> {
    if (this.#rows.length === 0) return;
    const rows = this.#rows;
    this.#rows = [];
    this.#noteGap(rows);
    const files = Map.groupBy(rows, ({ file }) => file);
    for (const [file, pending] of files) {
      try {
        await this.#append(file, pending.map(({ line }) => line).join(''));
        this.#failure = undefined;
      } catch (error) {
        this.#failure = asSignalboxError(error);
        this.#keep(pending);
        this.#onFailure(this.#failure);
      }
    }
  }

  async #append(file: string, text: string): Promise<void> {
    const path = join(this.#folder, file);
    await mkdir(this.#folder, { recursive: true });
    const isNew = await stat(path).then(
      ({ size }) => size === 0,
      () => true,
    );
    await appendFile(path, isNew ? `${csvLine(csvColumns)}${text}` : text);
  }

  /** Puts rows that could not be written back in front of those that came meanwhile. */
  #keep(rows: readonly Pending[]): void {
    const all = [...rows, ...this.#rows];
    const tooMany = Math.max(0, all.length - bufferedRowsMost);
    this.#dropped += tooMany;
    this.#rows = all.slice(tooMany);
  }

  /** Tells in every file concerned that rows are missing. */
  #noteGap(rows: Pending[]): void {
    if (this.#dropped === 0) return;
    const value = this.#dropped;
    this.#dropped = 0;
    const [first] = rows;
    if (first === undefined) return;
    const gap = { port: '', address: '', kind: 'gap', name: 'rows lost', value, userTag: '' };
    rows.unshift({ file: first.file, line: this.#pending(gap).line });
  }

  #pending(row: CsvRow): Pending {
    const { atMs = this.#clock.now(), unit = '', extra = '', userTag } = row;
    const fields = [
      atMs / 1_000,
      new Date(atMs).toISOString(),
      row.port,
      row.address,
      row.kind,
      row.name,
      row.value instanceof Uint8Array ? hex(row.value) : row.value,
      unit,
      extra,
      userTag,
    ];
    return { file: fileOf(this.#fileName, { ...row, atMs }), line: csvLine(fields.map(String)) };
  }
}

/** The name of a row's file, whatever people call their instruments. */
function fileOf(template: string, row: CsvRow & { readonly atMs: number }): string {
  const { userTag, instrument = '', port, atMs } = row;
  const values: Readonly<Record<string, string>> = {
    userTag: userTag.trim() === '' ? 'untagged' : userTag,
    instrument,
    port,
    date: new Date(atMs).toISOString().slice(0, 10),
  };
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    (values[name] ?? '').trim().replaceAll(/[^\p{L}\p{N}_-]+/gu, '_'),
  );
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
