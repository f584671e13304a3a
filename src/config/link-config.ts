import { z } from 'zod';
import { given, isSignalboxError } from '../kernel/index.ts';
import { baudRateMost, checkedUrl, visaLinkFactory } from '../links/index.ts';
import { parseVisaResource } from '../protocols/index.ts';
import { name, path } from './fields.ts';

/** Where the wire is, one of the six, and how a serial line is set. */
export interface PortLinkConfig {
  /**
   * A device path; `/dev/serial/by-id/…` stays the same when adapters are replugged. Or a serial line of
   * a server that speaks RFC 2217: `rfc2217://host:port`.
   */
  readonly serial?: string | undefined;
  /** `host:port` of a serial server or a network instrument. */
  readonly tcp?: string | undefined;
  /** A VISA resource name: `TCPIP::192.168.1.30::INSTR`. */
  readonly visa?: string | undefined;
  /**
   * The Prologix adapter through which a GPIB address is reached: `host`, `host:port`, or the path of
   * its virtual serial port.
   */
  readonly prologix?: string | undefined;
  /** Opens `visa` through a vendor's VISA library: the one that is there, or the file of one. */
  readonly visaLibrary?: true | string | undefined;
  /** The name of a simulator in the same file. */
  readonly simulator?: string | undefined;
  /** The name of a worker in the same file. */
  readonly worker?: string | undefined;
  /** The address of a web service: `https://api.spotify.com/v1`. */
  readonly http?: string | undefined;
  /**
   * Whether plain http may go to another machine. Has to be true before it does: whoever is on the way can
   * read it and change it.
   */
  readonly httpAllowUnencrypted?: boolean | undefined;
  readonly baudRate?: number | undefined;
  readonly dataBits?: 5 | 6 | 7 | 8 | undefined;
  readonly stopBits?: 1 | 2 | undefined;
  readonly parity?: 'none' | 'even' | 'odd' | undefined;
  readonly flowControl?: 'none' | 'rts-cts' | 'xon-xoff' | undefined;
  /** Set when the line opens; left as they are where nothing is said. */
  readonly dtr?: boolean | undefined;
  readonly rts?: boolean | undefined;
}

const serialSettings = {
  baudRate: z.number().int().min(50).max(baudRateMost).optional(),
  dataBits: z.literal([5, 6, 7, 8]).optional(),
  stopBits: z.literal([1, 2]).optional(),
  parity: z.enum(['none', 'even', 'odd']).optional(),
  flowControl: z.enum(['none', 'rts-cts', 'xon-xoff']).optional(),
  dtr: z.boolean().optional(),
  rts: z.boolean().optional(),
};

const hostAndPort = /(?:\[[\d:A-Fa-f.]+\]|[^\s:/[\]]+):\d{1,5}$/;

export const linkFields: {
  readonly [Key in keyof PortLinkConfig]-?: z.ZodType<PortLinkConfig[Key]>;
} = {
  serial: path
    .regex(/^(?!(?!rfc2217:)\w+:\/\/)/, 'a device path; a serial server goes to the key tcp')
    .refine((address) => !isServer(address) || isAddress(address), 'must be rfc2217://host:port')
    .optional(),
  tcp: z
    .string()
    .regex(
      /^(?:tcp:\/\/)?(?:\[[\d:A-Fa-f.]+\]|[^\s:/[\]]+):\d{1,5}$/,
      'host:port or tcp://host:port',
    )
    .refine((address) => isTcpPort(address.replace(/^.*:/, '')), 'with a port from 1 to 65535')
    .optional(),
  visa: z.string().min(1).optional(),
  prologix: z.string().min(1).optional(),
  visaLibrary: z.union([z.literal(true), path]).optional(),
  simulator: name.optional(),
  worker: name.optional(),
  http: z
    .string()
    .max(2_000)
    .refine(isWebAddress, 'https://host/path, or http://host/path without anything secret in it')
    .optional(),
  httpAllowUnencrypted: z.boolean().optional(),
  ...serialSettings,
};

/** Whether a serial line is that of a server. */
export function isServer(serial: string): boolean {
  return serial.startsWith('rfc2217://');
}

/** Whether instruments there have messages, and not bytes alone. */
export function isMessageLink({ visa, visaLibrary }: PortLinkConfig): boolean {
  if (visa === undefined) return false;
  if (visaLibrary !== undefined) return true;
  try {
    const { kind } = parseVisaResource(visa);
    return kind !== 'serial' && kind !== 'socket';
  } catch (error) {
    if (isSignalboxError(error)) return false;
    throw error;
  }
}

export function checkLink(port: PortLinkConfig, context: z.core.$RefinementCtx): void {
  const { serial, tcp, visa, simulator, worker, http } = port;
  const places = [serial, tcp, visa, simulator, worker, http].filter(
    (place) => place !== undefined,
  );
  if (places.length !== 1) {
    const message = 'exactly one of serial, tcp, visa, simulator, worker and http';
    context.addIssue({ code: 'custom', path: [], message });
  }
  checkVisa(port, context);
  checkUnencrypted(port, context);
  if (serial !== undefined || simulator !== undefined || isSerialResource(visa)) return;
  for (const key of Object.keys(serialSettings) as (keyof typeof serialSettings)[]) {
    if (port[key] === undefined) continue;
    const message =
      tcp === undefined
        ? 'is of a serial line'
        : 'is of a serial line; a serial server has settings of its own, unless it speaks RFC 2217: serial = "rfc2217://host:port"';
    context.addIssue({ code: 'custom', path: [key], message });
  }
}

/** Plain http beyond this machine is for who says that it is meant. */
function checkUnencrypted(port: PortLinkConfig, context: z.core.$RefinementCtx): void {
  const { http, httpAllowUnencrypted } = port;
  if (http === undefined) {
    if (httpAllowUnencrypted === undefined) return;
    const message = 'is for an address in the key http';
    context.addIssue({ code: 'custom', path: ['httpAllowUnencrypted'], message });
    return;
  }
  if (httpAllowUnencrypted === true || !isWebAddress(http) || isSafeAddress(http)) return;
  const message =
    'plain http:// goes only to this machine: on the way to another one it can be read and changed. Where that is meant, as for a device in your own network that knows nothing else, say httpAllowUnencrypted = true';
  context.addIssue({ code: 'custom', path: ['http'], message });
}

/** {@link visaLinkFactory} knows what can be reached. */
function checkVisa(port: PortLinkConfig, context: z.core.$RefinementCtx): void {
  const { visa, prologix, visaLibrary } = port;
  const complain = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  if (visa === undefined) {
    if (prologix !== undefined) complain('prologix', 'is for a GPIB address in the key visa');
    if (visaLibrary !== undefined) complain('visaLibrary', 'is for a name in the key visa');
    return;
  }
  if (prologix !== undefined && visaLibrary !== undefined) {
    complain('prologix', 'and visaLibrary are two ways to one instrument: one of them');
    return;
  }
  try {
    visaLinkFactory(visa, given({ prologix, visaLibrary }));
  } catch (error) {
    if (!isSignalboxError(error)) throw error;
    complain('visa', error.message);
  }
}

function isSerialResource(visa: string | undefined): boolean {
  return visa !== undefined && /^ASRL/i.test(visa);
}

function isAddress(server: string): boolean {
  return hostAndPort.test(server) && isTcpPort(server.replace(/^.*:/, ''));
}

function isTcpPort(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 65_535;
}

/** Whether secrets may be sent there. */
export function isSafeAddress(text: string): boolean {
  return isAllowed(text, false);
}

/** Whether it is the address of a web service, encrypted or not. */
function isWebAddress(text: string): boolean {
  return isAllowed(text, true);
}

function isAllowed(text: string, allowUnencrypted: boolean): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.search !== '' || url.hash !== '') return false;
  try {
    checkedUrl(url, allowUnencrypted);
    return true;
  } catch (error) {
    if (isSignalboxError(error)) return false;
    throw error;
  }
}
