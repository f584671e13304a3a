/** How serious something is that a worker says, or that is said about it. */
export type WorkerLogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Told of each line that a worker writes for people, and of those about it. */
export type WorkerLog = (level: WorkerLogLevel, line: string) => void;

/** The level of that name; `info` for any other value. */
export function logLevelOf(name: unknown): WorkerLogLevel {
  return name === 'debug' || name === 'warn' || name === 'error' ? name : 'info';
}
