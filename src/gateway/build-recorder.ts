import { join } from 'node:path';
import type { RecorderConfig } from '../config/index.ts';
import type { SubsystemStatus } from '../doors/index.ts';
import { asSignalboxError } from '../kernel/index.ts';
import {
  CachedHistory,
  PostgresHistory,
  readDatabaseUrl,
  Recorder,
  SqliteHistory,
} from '../telemetry/index.ts';
import type { HistoryReader, HistoryStore, LatestValues } from '../telemetry/index.ts';
import type { RoomLog } from './room-log.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

export interface RecorderParts {
  readonly config: RecorderConfig;
  readonly stateFolder: string;
  readonly log: RoomLog;
}

/** What a gateway records, and where it is kept. */
export class Recording {
  readonly recorder: Recorder;
  readonly #store: HistoryStore;

  constructor(recorder: Recorder, store: HistoryStore) {
    this.recorder = recorder;
    this.#store = store;
  }

  /** What was recorded. */
  get history(): HistoryReader {
    return this.#store;
  }

  /** As `/readyz` tells of it: a gateway that cannot record is no less a gateway. */
  subsystem(): SubsystemStatus {
    const { state, error, stored, waiting, dropped } = this.recorder.status();
    if (error === undefined) {
      const lost = dropped === 0 ? '' : `, ${dropped} lost`;
      return { name: 'recorder', isReady: true, state: `${state}: ${stored} values${lost}` };
    }
    const reason = `${error.message}; ${waiting} values wait, ${dropped} are lost`;
    return { name: 'recorder', isReady: false, state: 'stopped', reason };
  }

  /** Follows from now on. */
  start(latest: LatestValues): void {
    this.recorder.follow(latest);
  }

  /** Writes what waits. @param longestMs then the rest is lost, and told */
  async flush(longestMs: number): Promise<void> {
    await this.recorder.close(longestMs);
  }

  /** When nobody asks for history any more. */
  async close(): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }
}

/**
 * The recorder of a gateway; not started yet. A database that is not there keeps nothing from starting.
 * @throws CONFIG_INVALID when the URL of a server is not where it should be
 */
export async function buildRecorder({
  config,
  stateFolder,
  log,
}: RecorderParts): Promise<Recording> {
  const store = await openStore(config, stateFolder, log);
  const { record, exclude, batchMs, rawDays, minuteDays, hourDays } = config;
  const recorder = new Recorder({
    store,
    record,
    exclude,
    batchMs,
    retention: {
      rawMs: rawDays * dayMs,
      minuteMs: minuteDays * dayMs,
      hourMs: hourDays * dayMs,
    },
  });
  followRecorder(recorder, log);
  return new Recording(recorder, store);
}

/** Begins to open it; what comes before it is open waits. @throws CONFIG_INVALID */
async function openStore(
  config: RecorderConfig,
  stateFolder: string,
  log: RoomLog,
): Promise<HistoryStore> {
  const { database, file, connections } = config;
  if (database === 'postgres') {
    // Others may write to it: what they change is not known here, so nothing is kept.
    const url = await readDatabaseUrl(config);
    const server = new PostgresHistory({ url, connectionsMost: connections });
    beginToOpen(server, log);
    return server;
  }
  const inFile = new SqliteHistory({
    path: file ?? join(stateFolder, 'history.sqlite'),
    setAside: ({ message }, movedTo) => {
      cached.clear();
      log.of('records').warn(`${message}; it is ${movedTo} now, and a new one was begun`);
    },
  });
  const cached = new CachedHistory(inFile);
  beginToOpen(inFile, log);
  return cached;
}

function beginToOpen(store: { open(): Promise<void> }, log: RoomLog): void {
  store.open().catch((error: unknown) => {
    log.of('records').warn(`nothing can be recorded yet: ${asSignalboxError(error).message}`);
  });
}

/** Writes what people should hear of to the log. */
function followRecorder({ events }: Recorder, log: RoomLog): void {
  const records = log.of('records');
  events.on('stopped', ({ error }) =>
    records.error({ err: error }, `recording has stopped: ${error.message}`),
  );
  events.on('resumed', ({ afterMs, dropped }) =>
    records.warn(
      { afterMs, dropped },
      `recording goes on after ${(afterMs / minuteMs).toFixed(1)} min; ${dropped} values are lost`,
    ),
  );
  events.on('dropped', ({ count, why }) =>
    records.warn({ count }, `${count} values are lost: ${why}`),
  );
  events.on('retentionFailed', ({ error }) =>
    records.warn({ err: error }, `old values could not be removed: ${error.message}`),
  );
}
