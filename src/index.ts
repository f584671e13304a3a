export { ConfigReplica, ConfigStore, loadConfig, openConfig, parseConfig } from './config/index.ts';
export type {
  BackupLimits,
  ChangeOptions,
  Config,
  ConfigBackup,
  ConfigChange,
  ConfigCommit,
  ConfigDifference,
  ConfigNotice,
  ConfigOrigin,
  ConfigRevision,
  ConfigSnapshot,
  ConfigStoreOptions,
  ConfigTransaction,
  HttpConfig,
  InstrumentConfig,
  Migration,
  PortConfig,
  RuntimesConfig,
  RuntimesInput,
  SimulatorConfig,
} from './config/index.ts';
export { Gateway, RuntimeManager } from './gateway/index.ts';
export type {
  ActorStatus,
  GatewayOptions,
  RuntimeManagerOptions,
  RuntimeManagerStatus,
  RuntimeState,
  RuntimeStep,
} from './gateway/index.ts';
export {
  Instrument,
  Player,
  PP_COMMAND,
  PP_ERROR,
  PP_MODE,
  PP_STATUS,
  pp_status_codes,
  PP_TYPE,
  ProparDatabase,
  ProparInstrument,
  ProparManager,
  ProparMaster,
  RedPitayaBoards,
  RedPitayaManager,
  SharedResources,
  SharedSerialPort,
  VisaSessionManager,
} from './instruments/index.ts';
export type {
  CallOptions,
  Parameter,
  PlayerDevice,
  PlayerItem,
  PlayerOptions,
  PlayerState,
  PlayOptions,
  ProparRequest,
  ProparResult,
  Reading,
  RedPitayaConfig,
  RedPitayaManagerOptions,
  SharedResourcesOptions,
  Value,
  VisaCommandOptions,
  VisaSessionOptions,
  VisaStatistics,
} from './instruments/index.ts';
export { errorCatalogue, isSignalboxError, SignalboxError, TtlCache } from './kernel/index.ts';
export type {
  CacheStatistics,
  Clock,
  ErrorCode,
  Fault,
  LoadOptions,
  Owner,
  TtlCacheOptions,
} from './kernel/index.ts';
export {
  PrologixAdapters,
  serialLinkFactory,
  tcpLinkFactory,
  visaLinkFactory,
} from './links/index.ts';
export type { Link, LinkFactory, VisaLinkOptions } from './links/index.ts';
export {
  acquireAll,
  Mutex,
  ReadWriteLock,
  ResourceLock,
  runAsAgent,
  SharedMutex,
  SharedReadWriteLock,
  WaitGraph,
  watchThread,
} from './locks/index.ts';
export { Lease, Port } from './ports/index.ts';
export type { LeaseOptions, PortOptions, TransactOptions, Transaction } from './ports/index.ts';
