import { z } from 'zod';
import { isLoopback } from '../kernel/index.ts';
import { host, milliseconds, name, table, tcpPort } from './fields.ts';
import { checkLink, isMessageLink, linkFields } from './link-config.ts';
import type { PortLinkConfig } from './link-config.ts';

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
  /** Whether its clients may set DTR, RTS and break of the wire. */
  readonly rfc2217LineControl: boolean;
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
  readonly resynchronization?: 'none' | 'quiet' | 'sentinel' | 'clear' | 'reconnect' | undefined;
}

export interface GapPortConfig extends PortCommon {
  readonly protocol: 'gap';
  /** So much silence ends a request, and a reply. */
  readonly silenceMs: number;
  /** Every reply has so many bytes; 0 when there are none. */
  readonly replyBytes?: number | undefined;
  readonly resynchronization?: 'none' | 'quiet' | 'reconnect' | undefined;
}

/** A line to a worker, which takes calls of its functions. */
export interface CallsPortConfig extends PortCommon {
  readonly protocol: 'calls';
  readonly resynchronization?: undefined;
}

/** A line to a web service, which takes requests. */
export interface HttpPortConfig extends PortCommon {
  readonly protocol: 'http';
  readonly resynchronization?: undefined;
}

/** A line to a miner with cgminer's RPC, where each request has a connection of its own. */
export interface CgminerPortConfig extends PortCommon {
  readonly protocol: 'cgminer';
  readonly resynchronization?: undefined;
}

export type PortConfig =
  | ProparPortConfig
  | LinesPortConfig
  | GapPortConfig
  | CallsPortConfig
  | HttpPortConfig
  | CgminerPortConfig;

/** What ends a line: the last of its characters does. */
export const terminator: z.ZodDefault<z.ZodString> = z.string().min(1).max(8).default('\n');

const common = {
  ...linkFields,
  timeoutMs: milliseconds(600_000).optional(),
  retries: z.number().int().min(0).max(10).optional(),
  virtualPorts: z.array(name).max(128).default([]),
  rfc2217: tcpPort.optional(),
  rfc2217Host: host.default('127.0.0.1'),
  rfc2217LineControl: z.boolean().default(false),
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
    resynchronization: z.enum(['none', 'quiet', 'sentinel', 'clear', 'reconnect']).optional(),
  }).superRefine(checkPort),
  table({
    ...common,
    protocol: z.literal('gap'),
    silenceMs: milliseconds(60_000).default(20),
    replyBytes: z.number().int().min(0).max(65_536).optional(),
    resynchronization: z.enum(['none', 'quiet', 'reconnect']).optional(),
  }).superRefine(checkPort),
  table({ ...common, protocol: z.literal('calls') }).superRefine(checkPort),
  table({ ...common, protocol: z.literal('http') }).superRefine(checkPort),
  table({ ...common, protocol: z.literal('cgminer') }).superRefine(checkPort),
]);

function checkPort(port: PortConfig, context: z.core.$RefinementCtx): void {
  checkLink(port, context);
  checkMessages(port, context);
  checkCalls(port, context);
  checkHttp(port, context);
  checkCgminer(port, context);
  const { rfc2217Host, rfc2217AllowRemoteWithoutToken } = port;
  if (isLoopback(rfc2217Host) || rfc2217AllowRemoteWithoutToken) return;
  const message = `${rfc2217Host} can be reached from other machines, and RFC 2217 asks for no token: whoever reaches it may use the port. Where that is meant, say rfc2217AllowRemoteWithoutToken = true`;
  context.addIssue({ code: 'custom', path: ['rfc2217Host'], message });
}

/** What only a link that has messages can be, or not be. */
function checkMessages(port: PortConfig, context: z.core.$RefinementCtx): void {
  const hasMessages = isMessageLink(port);
  if (hasMessages && port.protocol !== 'lines') {
    const message = `instruments at ${port.visa} speak in messages: protocol = "lines"`;
    context.addIssue({ code: 'custom', path: ['protocol'], message });
  }
  if (!hasMessages && port.resynchronization === 'clear') {
    const message = 'a device clear is for VXI-11, HiSLIP, USBTMC and GPIB';
    context.addIssue({ code: 'custom', path: ['resynchronization'], message });
  }
}

/** A worker takes calls, and a call can go to nothing else. */
function checkCalls(port: PortConfig, context: z.core.$RefinementCtx): void {
  const complain = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  const { protocol, worker, virtualPorts, rfc2217 } = port;
  if (worker !== undefined && protocol !== 'calls') {
    complain('protocol', 'a worker takes calls: protocol = "calls"');
  }
  if (protocol !== 'calls') return;
  if (worker === undefined) complain('protocol', 'calls go to a worker: worker = "NAME"');
  const why = 'carries bytes, and a worker takes calls';
  if (virtualPorts.length > 0) complain('virtualPorts', `a virtual serial port ${why}`);
  if (rfc2217 !== undefined) complain('rfc2217', `RFC 2217 ${why}`);
}

/** A web service takes requests, and a request can go to nothing else. */
function checkHttp(port: PortConfig, context: z.core.$RefinementCtx): void {
  const complain = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  const { protocol, http, simulator, virtualPorts, rfc2217 } = port;
  if (http !== undefined && protocol !== 'http') {
    complain('protocol', 'a web service takes requests: protocol = "http"');
  }
  if (protocol !== 'http') return;
  if (http === undefined && simulator === undefined) {
    complain('protocol', 'requests go to a web service: http = "https://…"');
  }
  const why = 'carries bytes, and a web service takes requests';
  if (virtualPorts.length > 0) complain('virtualPorts', `a virtual serial port ${why}`);
  if (rfc2217 !== undefined) complain('rfc2217', `RFC 2217 ${why}`);
}

/** Its requests have a connection each, so there is nothing that bytes could be sent to. */
function checkCgminer(port: PortConfig, context: z.core.$RefinementCtx): void {
  const complain = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  const { protocol, tcp, virtualPorts, rfc2217 } = port;
  if (protocol !== 'cgminer') return;
  if (tcp === undefined) complain('protocol', 'cgminer listens at a TCP port: tcp = "HOST:4028"');
  const why = 'carries bytes, and each request to cgminer has a connection of its own';
  if (virtualPorts.length > 0) complain('virtualPorts', `a virtual serial port ${why}`);
  if (rfc2217 !== undefined) complain('rfc2217', `RFC 2217 ${why}`);
}
