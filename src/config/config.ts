/** How much is logged, from the most talkative to nothing. */
export type ConfigLogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A whole configuration, with its defaults. docs/reference/configuration.md explains each key. */
export interface Config {
  readonly gateway: GatewayConfig;
  readonly http: HttpConfig;
  readonly ports: Readonly<Record<string, PortConfig>>;
  readonly instruments: Readonly<Record<string, InstrumentConfig>>;
  readonly simulators: Readonly<Record<string, SimulatorConfig>>;
}

export interface GatewayConfig {
  /** As people know this gateway. */
  readonly name: string;
  /** Where what must outlive the gateway is kept. */
  readonly stateFolder?: string | undefined;
  readonly logLevel: ConfigLogLevel;
  /** By room: `ports = "debug"`. */
  readonly logLevels: Readonly<Record<string, ConfigLogLevel>>;
}

export interface HttpConfig {
  readonly enabled: boolean;
  readonly host: string;
  readonly port: number;
  /** Needed as soon as `host` is not a loopback address. */
  readonly tokenFile?: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

export interface PortConfig {
  /** A device path; `/dev/serial/by-id/…` stays the same when adapters are replugged. */
  readonly serial?: string | undefined;
  /** `host:port` of a serial server or a network instrument. */
  readonly tcp?: string | undefined;
  /** The name of a simulator in the same file. */
  readonly simulator?: string | undefined;
  readonly protocol: 'propar' | 'lines' | 'gap';
  readonly baudRate?: number | undefined;
  readonly dataBits?: 5 | 6 | 7 | 8 | undefined;
  readonly stopBits?: 1 | 2 | undefined;
  readonly parity?: 'none' | 'even' | 'odd' | undefined;
  readonly flowControl?: 'none' | 'rts-cts' | 'xon-xoff' | undefined;
  /** Of a ProPar port: how its frames are written. */
  readonly mode: 'binary' | 'ascii';
  /** Of a line port: what ends a line, to the instrument and from it. */
  readonly terminator: string;
  /** How long an instrument may take to answer. */
  readonly timeoutMs?: number | undefined;
  /** Of a gap port: so much silence ends a request, and a reply. */
  readonly silenceMs: number;
  readonly resynchronization?: 'none' | 'quiet' | 'sentinel' | 'reconnect' | undefined;
  /** Repetitions of a read whose reply is lost. */
  readonly retries?: number | undefined;
  /** A virtual serial port for each client program. */
  readonly virtualPorts: readonly string[];
}

interface InstrumentCommon {
  readonly port: string;
  readonly title?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface BronkhorstConfig extends InstrumentCommon {
  readonly driver: 'bronkhorst';
  /** 1 to 127; 128 is whoever is directly connected. */
  readonly node: number;
  readonly channel: number;
}

export interface ScpiConfig extends InstrumentCommon {
  readonly driver: 'scpi';
  /** TCP port of a raw socket door; 0 takes a free one. */
  readonly socket?: number | undefined;
  /** Whether a message is answered: decided by its `?`, always, never, or by a pattern. */
  readonly reply: 'scpi' | 'always' | 'never' | 'pattern';
  readonly replyPattern?: string | undefined;
  readonly parameters: Readonly<Record<string, ScpiParameterConfig>>;
}

export type InstrumentConfig = BronkhorstConfig | ScpiConfig;

export interface ScpiParameterConfig {
  readonly title?: string | undefined;
  readonly query?: string | undefined;
  /** With `{value}` where the value goes. */
  readonly set?: string | undefined;
  readonly type: 'integer' | 'float' | 'string' | 'boolean';
  readonly unit?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
}

export interface ProparNodeConfig {
  readonly address: number;
  readonly serial?: string | undefined;
  readonly userTag?: string | undefined;
  readonly fluid?: string | undefined;
  readonly capacity?: number | undefined;
  readonly unit?: string | undefined;
}

export interface ProparSimulatorConfig {
  readonly kind: 'propar';
  readonly nodes: readonly ProparNodeConfig[];
  readonly baudRate: number;
  readonly answerTimeMs: number;
  /** A stable path for its serial line. */
  readonly path?: string | undefined;
}

export interface MultimeterSimulatorConfig {
  readonly kind: 'multimeter';
  /** What ends a message, and a response. */
  readonly terminator: string;
  /** TCP port; 0 takes a free one. */
  readonly tcpPort: number;
}

export type SimulatorConfig = ProparSimulatorConfig | MultimeterSimulatorConfig;
