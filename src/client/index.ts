export { errorCatalogue, isSignalboxError, SignalboxError } from '../kernel/index.ts';
export type { ErrorCode, ErrorReport, Fault, Owner } from '../kernel/index.ts';
export type { ClientLease } from './client-lease.ts';
export type {
  LiveConnection,
  LiveLease,
  LiveLeaseOptions,
  LiveOptions,
} from './live-connection.ts';
export { defaultUrl, SignalboxClient } from './signalbox-client.ts';
export type {
  ClientLeaseOptions,
  JobProgress,
  SignalboxClientOptions,
} from './signalbox-client.ts';
export type {
  BytesReport,
  ClientLeaseMode,
  ClientPriority,
  ClientReading,
  ClientValue,
  CountersReport,
  DoorReport,
  FoundReport,
  GatewayEvent,
  IdentityReport,
  InstrumentReport,
  JobReport,
  LeaseReport,
  ParameterReport,
  PortReport,
  ReadinessReport,
  ReadOptions,
  RequestOptions,
  SpanReport,
  StatisticsReport,
  StatusReport,
  TraceReport,
  WaitingReport,
  WaitOptions,
  WatchEvent,
  WriteOptions,
} from './types.ts';
