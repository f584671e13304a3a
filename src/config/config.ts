import type { AlertConfig } from './alerts-config.ts';
import type { CsvLogConfig } from './csv-log-config.ts';
import type { DiscoveryConfig } from './discovery-config.ts';
import type { GatewayConfig, HislipConfig, HttpConfig, Vxi11Config } from './gateway-config.ts';
import type { InstrumentConfig } from './instrument-config.ts';
import type { MetricsConfig } from './metrics-config.ts';
import type { NotifyConfig } from './notify-config.ts';
import type { MinersConfig } from './miners-config.ts';
import type { PortConfig } from './port-config.ts';
import type { RecorderConfig } from './recorder-config.ts';
import type { RuntimesConfig } from './runtimes-config.ts';
import type { AlarmConfig, JobConfig, SchedulesConfig } from './schedules-config.ts';
import type { SimulatorConfig } from './simulator-config.ts';
import type { TracingConfig } from './tracing-config.ts';
import type { WorkerConfig } from './worker-config.ts';

/** A whole configuration, with its defaults. docs/reference/configuration.md explains each key. */
export interface Config {
  readonly gateway: GatewayConfig;
  readonly http: HttpConfig;
  readonly hislip?: HislipConfig | undefined;
  readonly vxi11?: Vxi11Config | undefined;
  readonly discovery: DiscoveryConfig;
  readonly metrics: MetricsConfig;
  readonly tracing?: TracingConfig | undefined;
  readonly workers: Readonly<Record<string, WorkerConfig>>;
  readonly ports: Readonly<Record<string, PortConfig>>;
  readonly instruments: Readonly<Record<string, InstrumentConfig>>;
  readonly miners: MinersConfig;
  readonly runtimes?: RuntimesConfig | undefined;
  /** By serial number and name of the fluid: what a flow is multiplied by. */
  readonly gasFactors: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly csvLogs: Readonly<Record<string, CsvLogConfig>>;
  readonly recorder?: RecorderConfig | undefined;
  readonly schedules: SchedulesConfig;
  readonly alarms: Readonly<Record<string, AlarmConfig>>;
  readonly jobs: Readonly<Record<string, JobConfig>>;
  /** Those that are written; what is built in besides: `alertRules`. */
  readonly alerts: Readonly<Record<string, AlertConfig>>;
  readonly notify: Readonly<Record<string, NotifyConfig>>;
  readonly simulators: Readonly<Record<string, SimulatorConfig>>;
}
