import { z } from 'zod';
import { isLoopback } from '../kernel/index.ts';
import { baudRateMost } from '../links/index.ts';
import { host, milliseconds, name, path, table, tcpPort } from './fields.ts';

/** Where the wire is, one of the three, and how a serial line is set. */
export interface PortLinkConfig {
  /** A device path; `/dev/serial/by-id/…` stays the same when adapters are replugged. */
  readonly serial?: string | undefined;
  /** `host:port` of a serial server or a network instrument. */
  readonly tcp?: string | undefined;
  /** The name of a simulator in the same file. */
  readonly simulator?: string | undefined;
  readonly baudRate?: number | undefined;
  readonly dataBits?: 5 | 6 | 7 | 8 | undefined;
  readonly stopBits?: 1 | 2 | undefined;
  readonly parity?: 'none' | 'even' | 'odd' | undefined;
  readonly flowControl?: 'none' | 'rts-cts' | 'xon-xoff' | undefined;
  /** Set when the line opens; left as they are where nothing is said. */
  readonly dtr?: boolean | undefined;
  readonly rts?: boolean | undefined;
}

interface PortCommon extends PortLinkConfig {
  /** How long an instrument may take to answer. */
  readonly timeoutMs?: number | undefined;
  /** Repetitions of a read whose reply is lost. */
  readonly retries?: number | undefined;
  /** A virtual serial port for each client program. */
  readonly virtualPorts: readonly string[];
  /** TCP port of an RFC 2217 door; 0 takes a free one. */
  readonly rfc2217?: number | undefined;
  readonly rfc2217Host: string;
  /**
   * RFC 2217 knows no tokens: whoever reaches it may use the port. Has to be true before one is opened
   * beyond this machine.
   */
  readonly rfc2217AllowRemoteWithoutToken: boolean;
}

export interface ProparPortConfig extends PortCommon {
  readonly protocol: 'propar';
  /** How frames are written. */
  readonly mode: 'binary' | 'ascii';
  /** How long a chained message and its answer may be. */
  readonly chainBytes?: number | undefined;
  readonly resynchronization?: 'none' | 'quiet' | 'reconnect' | undefined;
}

export interface LinesPortConfig extends PortCommon {
  readonly protocol: 'lines';
  /** What ends a line, to the instrument and from it. */
  readonly terminator: string;
  readonly resynchronization?: 'none' | 'quiet' | 'sentinel' | 'reconnect' | undefined;
}

export interface GapPortConfig extends PortCommon {
  readonly protocol: 'gap';
  /** So much silence ends a request, and a reply. */
  readonly silenceMs: number;
  /** Every reply has so many bytes; 0 when there are none. */
  readonly replyBytes?: number | undefined;
  readonly resynchronization?: 'none' | 'quiet' | 'reconnect' | undefined;
}

export type PortConfig = ProparPortConfig | LinesPortConfig | GapPortConfig;

/** What ends a line: the last of its characters does. */
export const terminator: z.ZodDefault<z.ZodString> = z.string().min(1).max(8).default('\n');

const serialSettings = {
  baudRate: z.number().int().min(50).max(baudRateMost).optional(),
  dataBits: z.literal([5, 6, 7, 8]).optional(),
  stopBits: z.literal([1, 2]).optional(),
  parity: z.enum(['none', 'even', 'odd']).optional(),
  flowControl: z.enum(['none', 'rts-cts', 'xon-xoff']).optional(),
  dtr: z.boolean().optional(),
  rts: z.boolean().optional(),
};

const common = {
  serial: path
    .regex(/^(?!\w+:\/\/)/, 'a device path; a serial server goes to the key tcp')
    .optional(),
  tcp: z
    .string()
    .regex(
      /^(?:tcp:\/\/)?(?:\[[\d:A-Fa-f.]+\]|[^\s:/[\]]+):\d{1,5}$/,
      'host:port or tcp://host:port',
    )
    .refine((address) => isTcpPort(address.replace(/^.*:/, '')), 'with a port from 1 to 65535')
    .optional(),
  simulator: name.optional(),
  ...serialSettings,
  timeoutMs: milliseconds(600_000).optional(),
  retries: z.number().int().min(0).max(10).optional(),
  virtualPorts: z.array(name).max(128).default([]),
  rfc2217: tcpPort.optional(),
  rfc2217Host: host.default('127.0.0.1'),
  rfc2217AllowRemoteWithoutToken: z.boolean().default(false),
};

export const portSchema: z.ZodType<PortConfig> = z.discriminatedUnion('protocol', [
  table({
    ...common,
    protocol: z.literal('propar'),
    mode: z.enum(['binary', 'ascii']).default('binary'),
    chainBytes: z.number().int().min(16).max(255).optional(),
    resynchronization: z.enum(['none', 'quiet', 'reconnect']).optional(),
  }).superRefine(checkPort),
  table({
    ...common,
    protocol: z.literal('lines'),
    terminator,
    resynchronization: z.enum(['none', 'quiet', 'sentinel', 'reconnect']).optional(),
  }).superRefine(checkPort),
  table({
    ...common,
    protocol: z.literal('gap'),
    silenceMs: milliseconds(60_000).default(20),
    replyBytes: z.number().int().min(0).max(65_536).optional(),
    resynchronization: z.enum(['none', 'quiet', 'reconnect']).optional(),
  }).superRefine(checkPort),
]);

function checkPort(port: PortCommon, context: z.core.$RefinementCtx): void {
  checkLink(port, context);
  const { rfc2217Host, rfc2217AllowRemoteWithoutToken } = port;
  if (isLoopback(rfc2217Host) || rfc2217AllowRemoteWithoutToken) return;
  const message = `${rfc2217Host} can be reached from other machines, and RFC 2217 asks for no token: whoever reaches it may use the port. Where that is meant, say rfc2217AllowRemoteWithoutToken = true`;
  context.addIssue({ code: 'custom', path: ['rfc2217Host'], message });
}

function checkLink(port: PortLinkConfig, context: z.core.$RefinementCtx): void {
  const places = [port.serial, port.tcp, port.simulator].filter((place) => place !== undefined);
  if (places.length !== 1) {
    const message = 'exactly one of serial, tcp and simulator';
    context.addIssue({ code: 'custom', path: [], message });
  }
  if (port.tcp === undefined) return;
  for (const key of Object.keys(serialSettings) as (keyof typeof serialSettings)[]) {
    if (port[key] === undefined) continue;
    const message = 'is of a serial line; a serial server has settings of its own';
    context.addIssue({ code: 'custom', path: [key], message });
  }
}

function isTcpPort(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 65_535;
}
