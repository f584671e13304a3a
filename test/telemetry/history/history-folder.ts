import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteHistory } from '../../../src/telemetry/index.ts';
import type { Sample, SqliteHistoryOptions } from '../../../src/telemetry/index.ts';
import { SampleBatch } from '../../../src/telemetry/index.ts';
import type { AppendResult, HistoryStore } from '../../../src/telemetry/index.ts';
import { kindOf } from '../../../src/telemetry/history/sample-batch.ts';

/** A folder for a history file that goes with it, and what has it open. */
export class HistoryFolder implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'signalbox-history-'));
  readonly path: string = join(this.folder, 'history.sqlite');
  readonly #open = new AsyncDisposableStack();

  open(options: Partial<SqliteHistoryOptions> = {}): SqliteHistory {
    return this.#open.use(new SqliteHistory({ path: this.path, ...options }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Writes samples as one batch. */
export async function append(
  store: HistoryStore,
  samples: readonly Sample[],
): Promise<AppendResult> {
  const batch = new SampleBatch(Math.max(1, samples.length));
  for (const { instrument, parameter, value, unit, atMs } of samples) {
    batch.add(store.book.place(instrument, parameter, kindOf(value), unit), atMs, value);
  }
  return await store.append(batch);
}

/** Samples of one series. */
export function samplesOf(
  name: string,
  values: readonly (readonly [atMs: number, value: number | string | boolean])[],
  unit?: string,
): Sample[] {
  const [instrument = '', parameter = ''] = name.split('.');
  return values.map(([atMs, value]) => ({ instrument, parameter, value, atMs, unit }));
}

export function named(text: string): { instrument: string; parameter: string } {
  const [instrument = '', parameter = ''] = text.split('.');
  return { instrument, parameter };
}
