export { LatestValues } from './latest/latest-values.ts';
export type { LatestChange, LatestEvents } from './latest/latest-values.ts';
export type {
  LatestRecord,
  LatestValue,
  NewValues,
  Quality,
  QualityReason,
} from './latest/latest-value.ts';
export {
  absentEveryMostMs,
  staleAfterIntervals,
  type PollOptions,
  type PollStatus,
} from './poller/poll.ts';
export { Poller, pollEveryLeastMs, pollEveryMostMs } from './poller/poller.ts';
export type { PollerOptions } from './poller/poller.ts';
export type { Route } from './alerts/alert-journal.ts';
export type { AlertEvents, RuleStatus, WatchedSubject } from './alerts/alert-reports.ts';
export { recorderSubject } from './alerts/alert-subjects.ts';
export type { AlertSubjects, WatchedInstrument } from './alerts/alert-subjects.ts';
export { Alerts, goneAfterMs } from './alerts/alerts.ts';
export type { AlertsOptions } from './alerts/alerts.ts';
export { AlertLedger, alertsKeptMost } from './alerts/alert-ledger.ts';
export type {
  AlertChanges,
  AlertMemory,
  AlertStore,
  HistoryWish,
  NoticeStore,
} from './alerts/alert-ledger.ts';
export type {
  Acknowledgement,
  AlertEnd,
  AlertRecord,
  AlertValue,
  Baseline,
  Notice,
  NoticeEvent,
  Silence,
} from './alerts/alert-record.ts';
export { answeredTriesMost, noticeKeptMs, noticesMost } from './notify/delivery.ts';
export { sensorsGoneAfterMs, sensorsMost } from './notify/mqtt-way.ts';
export { Ways } from './notify/ways.ts';
export type { TestResult, WayEvents, WaysOptions, WayStatus } from './notify/ways.ts';
export { flappingClearMs } from './alerts/alert-series.ts';
export { ruleInWords } from './alerts/rule-words.ts';
export { silencesMost } from './alerts/silences.ts';
export { Database } from './database/database.ts';
export type { DatabaseLayout, DatabaseOptions, SqlValue, Statement } from './database/database.ts';
export { isDamaged } from './database/database-errors.ts';
export { openOrSetAside } from './database/set-aside.ts';
export type { SetAside } from './database/set-aside.ts';
export { pointsMost, resolutions, seriesMost } from './history/history.ts';
export type {
  AppendResult,
  ExportPage,
  ExportQuery,
  HistoryQuery,
  HistoryReader,
  HistoryStore,
  RecordedSample,
  RecordedValue,
  Resolution,
  Retention,
  RetentionStep,
  SeriesDefinition,
  SeriesHistory,
  SeriesInfo,
  SeriesKind,
  SeriesName,
  WaitOptions,
} from './history/history.ts';
export { CachedHistory } from './history/cached-history.ts';
export { exportFormats, exportHistory } from './history/export/export-history.ts';
export type { ExportFormat, RunningExport } from './history/export/export-history.ts';
export { SampleBatch, SeriesBook } from './history/sample-batch.ts';
export type { BatchColumns, Sample } from './history/sample-batch.ts';
export { PostgresHistory } from './history/postgres-history.ts';
export { SqliteHistory } from './history/sqlite-history.ts';
export type { SqliteHistoryOptions } from './history/sqlite-history.ts';
export { Recorder } from './recorder/recorder.ts';
export type { RecorderOptions } from './recorder/recorder.ts';
export type { RecorderEvents, RecorderStatus } from './recorder/recorder-events.ts';
export type { Selection } from './recorder/selection.ts';
export { Hub, topicsMost } from './hub/hub.ts';
export type { HubOptions } from './hub/hub.ts';
export { patternsMost } from './hub/hub-client.ts';
export { checkPattern, topicLengthMost } from './hub/topic-pattern.ts';
export type { HubClient, HubClientOptions, SubscribeOptions } from './hub/hub-client.ts';
export type { Beginning, Resume, TopicBeginning } from './hub/beginning.ts';
export type { Encoding, Snapshot } from './hub/encoding.ts';
export { clientBytesMost, Outbox, takesNothingLongestMs } from './hub/outbox.ts';
export type { OutboxOptions, Outlet } from './hub/outbox.ts';
export type { Topic, TopicKind, TopicOptions } from './hub/topic.ts';
export type { Published, Update } from './hub/update.ts';
export {
  clockStepLeastMs,
  sampledForMs,
  sampleEveryMs,
  SystemMonitor,
} from './system/system-monitor.ts';
export type { SystemEvents, SystemMonitorOptions } from './system/system-monitor.ts';
export type { ClockStep, SystemCounts, SystemSample } from './system/system-sample.ts';
export { check, failedCheck } from './diagnosis/check.ts';
export type { Check, CheckArea, Holder } from './diagnosis/check.ts';
export { deadlocksKeptMost, DeadlockLog } from './diagnosis/deadlock-log.ts';
export type { Deadlock } from './diagnosis/deadlock-log.ts';
export { Diagnosis, hasPassed } from './diagnosis/diagnosis.ts';
export type { DiagnosisSubjects, Findings } from './diagnosis/diagnosis.ts';
export { checkClock, checkDisk, freeBytesLeast } from './diagnosis/machine-checks.ts';
export type { CheckedPart, CheckedPlayer, CheckedWorker } from './diagnosis/part-checks.ts';
export type { PlacedInstrument } from './diagnosis/port-checks.ts';
export { checkTokens } from './diagnosis/token-checks.ts';
export { alertMetrics } from './metrics/alert-metrics.ts';
export { notifyMetrics } from './metrics/notify-metrics.ts';
export { hubMetrics } from './metrics/hub-metrics.ts';
export { recorderMetrics } from './metrics/recorder-metrics.ts';
export { BoundedNames, otherName } from './metrics/bounded-names.ts';
export type { Exposition } from './metrics/exposition.ts';
export { instrumentMetrics, parameterValuesMost } from './metrics/instrument-metrics.ts';
export { counter, gauge, histogram } from './metrics/metric-family.ts';
export type {
  HistogramSample,
  MetricFamily,
  MetricSample,
  MetricSource,
} from './metrics/metric-family.ts';
export { Metrics } from './metrics/metrics.ts';
export { ownerLabelsMost, ownerMetrics } from './metrics/owner-metrics.ts';
export { partMetrics } from './metrics/part-metrics.ts';
export type { PartSubjects } from './metrics/part-metrics.ts';
export { pollMetrics } from './metrics/poll-metrics.ts';
export { portMetrics } from './metrics/port-metrics.ts';
export { processMetrics } from './metrics/process-metrics.ts';
export { SqliteValueDatabase } from './database/sqlite-value-database.ts';
export type { SqliteValueDatabaseOptions } from './database/sqlite-value-database.ts';
export { PostgresDatabase } from './database/postgres/postgres-database.ts';
export type { PostgresDatabaseOptions } from './database/postgres/postgres-database.ts';
export { readDatabaseUrl } from './database/postgres/database-url.ts';
export type { DatabaseUrlSource } from './database/postgres/database-url.ts';
export type {
  DatabaseStatistics,
  Operation,
  OperationOptions,
  TransactionalDatabase,
  TransactionOptions,
  ValueDatabase,
} from './database/value-database.ts';
export { startTracing } from './tracing/start-tracing.ts';
export type { TracingOptions } from './tracing/open-telemetry.ts';
export type { IncomingRequest, IncomingSpan, Tracing } from './tracing/tracing.ts';
