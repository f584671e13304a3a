import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';
import type { ErrorCode } from '../../kernel/index.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html); extended ones carry them in their low byte. */
const codes: Readonly<Record<number, ErrorCode>> = {
  5: 'DATABASE_BUSY',
  6: 'DATABASE_BUSY',
  8: 'DATABASE_READ_ONLY',
  13: 'DATABASE_FULL',
  19: 'DATABASE_CONSTRAINT',
  20: 'DATABASE_CONSTRAINT',
};
/** A file that is none, or is no longer one: SQLITE_CORRUPT and SQLITE_NOTADB. */
const damageCodes: readonly number[] = [11, 26];
const primaryCodes = 256;

interface SqliteFailure extends Error {
  readonly errcode: number;
}

function isSqliteFailure(value: unknown): value is SqliteFailure {
  return value instanceof Error && typeof (value as Partial<SqliteFailure>).errcode === 'number';
}

/** What SQLite threw, as one of ours; any other error as it is. */
export function databaseError(path: string, error: unknown): unknown {
  if (!isSqliteFailure(error)) return error;
  const { errcode, message } = error;
  const primary = errcode % primaryCodes;
  if (damageCodes.includes(primary)) return unusable(path, message, error, true);
  return new SignalboxError(codes[primary] ?? 'DATABASE_FAILED', `${path}: ${message}`, {
    details: { path, sqliteCode: errcode },
    cause: error,
  });
}

/** What happened when a file was opened: it cannot be used, for whatever reason. */
export function openingError(path: string, error: unknown): SignalboxError {
  if (isSignalboxError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const damaged = isSqliteFailure(error) && damageCodes.includes(error.errcode % primaryCodes);
  return unusable(path, message, error, damaged);
}

/** @param damaged whether the file holds something else than a database */
export function unusable(
  path: string,
  why: string,
  cause: unknown,
  damaged: boolean,
): SignalboxError {
  return new SignalboxError('STATE_UNREADABLE', `${path} cannot be used: ${why}`, {
    details: { path, isDamaged: damaged },
    cause,
  });
}

/** Whether a database cannot be used because its file holds something else: another will have to do. */
export function isDamaged(error: unknown): error is SignalboxError {
  return isSignalboxError(error) && error.details['isDamaged'] === true;
}
