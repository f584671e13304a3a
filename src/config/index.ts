export type { Config } from './config.ts';
export type { CsvLogConfig } from './csv-log-config.ts';
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
export { configBytesMost, loadConfig, parseConfig, problemsMost } from './load-config.ts';
export type { PortConfig } from './port-config.ts';
export type { ActorConfig, RuntimeConfig, RuntimesConfig } from './runtimes-config.ts';
export type { WorkerConfig } from './worker-config.ts';
export type { FaultConfig, SimulatorConfig } from './simulator-config.ts';
