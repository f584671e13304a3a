import { z } from 'zod';
import { isLoopback } from '../kernel/index.ts';
import { host, milliseconds, name, path, table, tcpPort } from './fields.ts';

/** How much is logged, from the most talkative to nothing. */
export const configLogLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type ConfigLogLevel = (typeof configLogLevels)[number];

/** What is logged apart: each has its own level. */
export const logRooms = [
  'gateway',
  'ports',
  'leases',
  'doors',
  'http',
  'simulators',
  'workers',
  'records',
  'runtimes',
  'schedules',
  'alerts',
] as const;
export type LogRoom = (typeof logRooms)[number];

export interface GatewayConfig {
  /** As people know this gateway. */
  readonly name: string;
  /** Where what must outlive the gateway is kept. */
  readonly stateFolder?: string | undefined;
  /** Where virtual serial ports are. */
  readonly runtimeFolder?: string | undefined;
  readonly logLevel: ConfigLogLevel;
  /** Where they differ: `ports = "debug"`. */
  readonly logLevels: Readonly<Partial<Record<LogRoom, ConfigLogLevel | undefined>>>;
}

export interface HttpConfig {
  readonly enabled: boolean;
  readonly host: string;
  readonly port: number;
  /** Needed where a token is required. */
  readonly tokenFile?: string | undefined;
  /** Whether a token is required on this machine too. Beyond it one always is. */
  readonly requireToken: boolean;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** How many streams (events, watches, live connections) may be open at once. */
  readonly streamsMost: number;
  readonly rateLimits: RateLimitsConfig;
}

/** How often one caller may ask: those of other machines, and where it says so those of this one. */
export interface RateLimitsConfig {
  readonly enabled: boolean;
  /** Whether programs on this machine are counted too. */
  readonly loopback: boolean;
  readonly default: RateLimitConfig;
  readonly apiGeneral: RateLimitConfig;
  readonly apiStrict: RateLimitConfig;
  readonly configChanges: RateLimitConfig;
  readonly statusCheck: RateLimitConfig;
}

export interface RateLimitConfig {
  readonly requests: number;
  readonly windowMs: number;
  /** Who asks more often is refused for so long. */
  readonly blockMs: number;
}

/** Where HiSLIP clients come in. Without it there is no such door. */
export interface HislipConfig {
  readonly host: string;
  readonly port: number;
  /**
   * HiSLIP 1.0 knows no tokens: whoever reaches it may use the instruments. Has to be true before one
   * is opened beyond this machine.
   */
  readonly allowRemoteWithoutToken: boolean;
}

/** Where VXI-11 clients come in. Without it there is no such door. */
export interface Vxi11Config {
  readonly host: string;
  /** Of the core channel. */
  readonly port: number;
  /** Whether to tell clients on port 111 where the core channel is. */
  readonly portmapper: boolean;
  /**
   * VXI-11 knows no tokens: whoever reaches it may use the instruments. Has to be true before one is
   * opened beyond this machine.
   */
  readonly allowRemoteWithoutToken: boolean;
}

const logLevel = z.enum(configLogLevels);

export const gatewaySchema: z.ZodType<GatewayConfig> = table({
  name: name.default('signalbox'),
  stateFolder: path.optional(),
  runtimeFolder: path.optional(),
  logLevel: logLevel.default('info'),
  logLevels: table({
    gateway: logLevel.optional(),
    ports: logLevel.optional(),
    leases: logLevel.optional(),
    doors: logLevel.optional(),
    http: logLevel.optional(),
    simulators: logLevel.optional(),
    workers: logLevel.optional(),
    records: logLevel.optional(),
    schedules: logLevel.optional(),
    alerts: logLevel.optional(),
  }).default({}),
});

const hourMs = 3_600_000;
const requestsMost = 1_000_000;
/** Each stream takes a file descriptor, of which a process may have a limited number. */
const streamsMost = 100_000;

function rateLimit(requests: number, windowMs: number): z.ZodType<RateLimitConfig> {
  return table({
    requests: z.number().int().min(1).max(requestsMost).default(requests),
    windowMs: milliseconds(hourMs).default(windowMs),
    blockMs: milliseconds(hourMs).default(30_000),
  }).prefault({});
}

const rateLimits: z.ZodType<RateLimitsConfig> = table({
  enabled: z.boolean().default(true),
  loopback: z.boolean().default(false),
  default: rateLimit(180, 60_000),
  apiGeneral: rateLimit(300, 60_000),
  apiStrict: rateLimit(80, 60_000),
  configChanges: rateLimit(60, 60_000),
  statusCheck: rateLimit(200, 10_000),
});

export const httpSchema: z.ZodType<HttpConfig> = table({
  enabled: z.boolean().default(true),
  host: host.default('127.0.0.1'),
  port: tcpPort.default(5_001),
  tokenFile: path.optional(),
  requireToken: z.boolean().default(false),
  allowedHosts: z.array(host).default([]),
  allowedOrigins: z
    .array(z.string().regex(/^https?:\/\/[^/]+$/, 'an origin: https://lab.example.org'))
    .default([]),
  streamsMost: z.number().int().min(1).max(streamsMost).default(1_000),
  rateLimits: rateLimits.prefault({}),
}).superRefine((http, context) => {
  const isOpen = !isLoopback(http.host);
  if (!http.enabled || http.tokenFile !== undefined || !(isOpen || http.requireToken)) return;
  const why = isOpen
    ? `${http.host} can be reached from other machines, so a token is required`
    : 'a token is required';
  context.addIssue({
    code: 'custom',
    path: [isOpen ? 'host' : 'requireToken'],
    message: `${why}: name a tokenFile, which is made when it is not there`,
  });
});

export const hislipSchema: z.ZodType<HislipConfig> = table({
  host: host.default('127.0.0.1'),
  port: tcpPort.default(4_880),
  allowRemoteWithoutToken: z.boolean().default(false),
}).superRefine((hislip, context) => checkRemote('HiSLIP', hislip, context));

export const vxi11Schema: z.ZodType<Vxi11Config> = table({
  host: host.default('127.0.0.1'),
  port: tcpPort.default(0),
  portmapper: z.boolean().default(true),
  allowRemoteWithoutToken: z.boolean().default(false),
}).superRefine((vxi11, context) => checkRemote('VXI-11', vxi11, context));

function checkRemote(
  protocol: string,
  { host: address, allowRemoteWithoutToken }: HislipConfig | Vxi11Config,
  context: z.RefinementCtx,
): void {
  if (isLoopback(address) || allowRemoteWithoutToken) return;
  context.addIssue({
    code: 'custom',
    path: ['host'],
    message: `${address} can be reached from other machines, and ${protocol} asks for no token: whoever reaches it may use the instruments. Where that is meant, say allowRemoteWithoutToken = true`,
  });
}
