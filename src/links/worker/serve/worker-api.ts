/** What a worker of one's own is written with: a process, or a thread. */
export { serveWorker } from './serve-worker.ts';
export type { ServeOptions, WorkerHost } from './serve-worker.ts';
export type { WorkerLogLevel } from '../worker-log.ts';
export type { DescribedFunction, FunctionContext, WorkerFunction } from './function-table.ts';
export type { CallOptions } from '../rpc/call-options.ts';
export { move } from '../rpc/moved-arrays.ts';
export { ShapedArray } from '../../../protocols/index.ts';
export type { ArrayType, NumericArray } from '../../../protocols/index.ts';
