export { chainedReadsMost } from './batch.ts';
export { CircuitBreaker, probeFirstMs, probeLongestMs, unansweredMost } from './circuit-breaker.ts';
export type { CircuitStatus } from './circuit-breaker.ts';
export { passedOverMost } from './fair-queue.ts';
export { Lease } from './lease.ts';
export { openTimeoutMs, reopenLongestMs } from './link-keeper.ts';
export type { LinkState } from './link-keeper.ts';
export { longHoldMs } from './port-events.ts';
export type { LeaseEnd, PortEvents } from './port-events.ts';
export type {
  LeaseMode,
  LeaseStatus,
  PortCounts,
  PortStatistics,
  PortStatus,
  ServingStatus,
  WaitingStatus,
} from './port-status.ts';
export { Port } from './port.ts';
export { waitDefaultMs } from './port-options.ts';
export type { LeaseOptions, PortOptions, TransactOptions } from './port-options.ts';
export { RawChannel } from './raw-channel.ts';
export { queuedByOwnerMost, queuedOnPortMost } from './request-line.ts';
export { clearLongestMs } from './resynchronization.ts';
export type { Resynchronization } from './resynchronization.ts';
export type { RetryBudget } from './retry-budget.ts';
export { namedProgramsMost } from './statistics.ts';
export type {
  Counters,
  Distribution,
  OwnerCounters,
  ProgramCounters,
  SpanHistogram,
  SpanHistograms,
} from './statistics.ts';
export type { TraceEntry } from './trace.ts';
export type { RequestTrace, SpanAttributes, TracedRequest, Tracer } from './tracer.ts';
export { interpretReply, mapTransaction, priorities } from './transaction.ts';
export type {
  Attempt,
  Chain,
  ChainedTransaction,
  LinkAbilities,
  Merge,
  Priority,
  Repeat,
  Transaction,
  Verification,
} from './transaction.ts';
export { tracedOfPortMost } from './trace.ts';
