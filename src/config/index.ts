export { alertPresets } from './alert-presets.ts';
export {
  alertConditions,
  alertRule,
  alertRules,
  alertSeverities,
  isOccurrence,
} from './alerts-config.ts';
export type { AlertCondition, AlertConfig, AlertRule, AlertSeverity } from './alerts-config.ts';
export type { Config } from './config.ts';
export type { CsvLogConfig } from './csv-log-config.ts';
export type { RecorderConfig } from './recorder-config.ts';
export type { DiscoveryConfig } from './discovery-config.ts';
export { configLogLevels, logRooms } from './gateway-config.ts';
export type {
  ConfigLogLevel,
  GatewayConfig,
  HislipConfig,
  HttpConfig,
  LogRoom,
  Vxi11Config,
} from './gateway-config.ts';
export type { InstrumentConfig } from './instrument-config.ts';
export { environmentOf, loadConfig, parseConfig } from './load-config.ts';
export { openConfig, settingsOf } from './open-config.ts';
export { polledParametersMost } from './poll-config.ts';
export type { PollConfig } from './poll-config.ts';
export { notifyEvents } from './notify-config.ts';
export type {
  EmailConfig,
  MqttConfig,
  NotifyConfig,
  NotifyEvent,
  WebhookConfig,
} from './notify-config.ts';
export type { PortConfig } from './port-config.ts';
export { checkedRuntimes } from './runtimes-config.ts';
export type { ActorConfig, RuntimesConfig, RuntimesInput } from './runtimes-config.ts';
export { jobSchema, weekdayNames } from './schedules-config.ts';
export type {
  AlarmConfig,
  JobConfig,
  OccurrencePolicies,
  SchedulesConfig,
  StepConfig,
  StepValue,
  WeekdayName,
} from './schedules-config.ts';
export type { WorkerConfig } from './worker-config.ts';
export type {
  FaultConfig,
  MinersSimulatorConfig,
  SimulatorConfig,
  SpotifySimulatorConfig,
} from './simulator-config.ts';
export type { BackupLimits, ConfigBackup } from './store/backups.ts';
export { problemsMost } from './store/check.ts';
export type { ConfigSnapshot } from './store/config-snapshot.ts';
export { changeTimeoutMs, ConfigStore } from './store/config-store.ts';
export { configBytesMost } from './store/layers.ts';
export type { Migration } from './store/migrations.ts';
export type { ConfigNotice } from './store/notice.ts';
export type {
  ChangeOptions,
  ConfigChange,
  ConfigCommit,
  ConfigDifference,
  ConfigOrigin,
  ConfigStoreOptions,
} from './store/options.ts';
export type { ConfigRevision } from './store/revision.ts';
export { ConfigReplica } from './store/shared-snapshot.ts';
export { changedKeys } from './store/table.ts';
export type { KeyPath } from './store/table.ts';
export type { ConfigTransaction } from './store/transaction.ts';
export { isSecretName } from './settings/redact.ts';
export { keysBelow } from './settings/schema-at.ts';
export type { JsonSchema } from './settings/schema-at.ts';
export { Settings } from './settings/settings.ts';
export type {
  SettingChange,
  SettingDifference,
  SettingKey,
  SettingsCommit,
  SettingsReport,
} from './settings/settings.ts';
export { typedSetting } from './settings/typed-setting.ts';
export { keyPath } from './store/table.ts';
