export { errorCatalogue, isSignalboxError, SignalboxError } from '../kernel/index.ts';
export type { ErrorCode, ErrorReport, Fault, Owner } from '../kernel/index.ts';
export type { ClientLease } from './client-lease.ts';
export type { LiveConnection } from './live-connection.ts';
export type { LiveLease } from './live-lease.ts';
export type { Subscription } from './subscription.ts';
export type { SubscriptionHandlers, TopicSnapshot, TopicUpdate } from './subscription-reports.ts';
export { defaultUrl, SignalboxClient } from './signalbox-client.ts';
export type {
  ChangeSettingsOptions,
  ClientLeaseMode,
  ClientLeaseOptions,
  ClientPriority,
  ClientValue,
  ConnectionChange,
  TaskProgress,
  LiveLeaseOptions,
  LiveOptions,
  ReadOptions,
  RequestOptions,
  SignalboxClientOptions,
  StreamOptions,
  WaitOptions,
  WatchOptions,
  WriteOptions,
} from './client-options.ts';
export type {
  BytesReport,
  ClientReading,
  CountersReport,
  DiscoveredReport,
  DoorReport,
  FoundReport,
  FunctionReport,
  GatewayEvent,
  IdentityReport,
  InstrumentReport,
  TaskReport,
  LeaseReport,
  ParameterReport,
  PlayerReport,
  PortReport,
  RateLimitsReport,
  ReadinessOfPart,
  ReadinessReport,
  SpanReport,
  StatisticsReport,
  StatisticsSummary,
  StatusReport,
  TraceReport,
  WaitingReport,
  WatchEvent,
  WorkerReport,
} from './reports.ts';
export type { AlertCalls } from './alert-calls.ts';
export type {
  AlertReport,
  AlertRuleReport,
  AlertSeverityReport,
  AlertsReport,
  SilenceReport,
  WayReport,
  WayTestReport,
} from './alert-reports.ts';
export type {
  CheckReport,
  DeadlockReport,
  DiagnosisReport,
  SystemReport,
  SystemSampleReport,
} from './telemetry-reports.ts';
export type { ScheduleCalls } from './schedule-calls.ts';
export type {
  DryRunReport,
  PlannedRunReport,
  RunReport,
  ScheduleReport,
  SleepTimerReport,
  StepReport,
} from './schedule-reports.ts';
export type {
  SettingChange,
  SettingDifference,
  SettingKey,
  SettingsCommit,
  SettingsDiff,
  SettingsReport,
  SettingsRevision,
} from './settings-reports.ts';
export type { LatestRecordReport, LatestValueReport, PollReport } from './value-reports.ts';
export { HistoryCalls } from './history-calls.ts';
export type {
  ExportDownload,
  ExportOptions,
  HistoryOptions,
  RecordedSeriesReport,
  SeriesHistoryReport,
} from './history-reports.ts';
