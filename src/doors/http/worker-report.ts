import type { DirectoryWorker } from '../door.ts';

/** A worker as clients see it. */
export function workerReport({ worker, ports }: DirectoryWorker): object {
  const { introduction, ...status } = worker.status;
  return {
    ...status,
    ports,
    statistics: worker.statistics,
    ...(introduction === undefined
      ? {}
      : { version: introduction.version, functions: introduction.functions }),
  };
}
