export type {
  Config,
  HttpConfig,
  InstrumentConfig,
  PortConfig,
  SimulatorConfig,
} from './config.ts';
export { loadConfig, parseConfig } from './load-config.ts';
