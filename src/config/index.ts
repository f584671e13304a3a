export { loadConfig, parseConfig } from './load-config.ts';
export { configSchema } from './schema.ts';
export type {
  Config,
  HttpConfig,
  InstrumentConfig,
  PortConfig,
  SimulatorConfig,
} from './schema.ts';
