import { z } from 'zod';
import { isLoopback } from '../kernel/index.ts';
import { host, milliseconds, name, table, tcpPort } from './fields.ts';
import { functionPatterns, workerParameter } from './worker-config.ts';
import { isSafeAddress } from './link-config.ts';
import { pollSchema } from './poll-config.ts';
import type { PollConfig } from './poll-config.ts';
import type { WorkerParameterConfig } from './worker-config.ts';

interface InstrumentCommon {
  readonly port: string;
  readonly title?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** TCP port of a raw socket door; 0 takes a free one. */
  readonly socket?: number | undefined;
  /** The address that the door listens at. */
  readonly socketHost: string;
  /**
   * A raw socket knows no tokens: whoever reaches it may use the instrument. Has to be true before one
   * listens beyond this machine.
   */
  readonly socketAllowRemoteWithoutToken: boolean;
  /** What is watched of it all the time. @default nothing */
  readonly poll?: PollConfig | undefined;
}

export interface BronkhorstConfig extends InstrumentCommon {
  readonly driver: 'bronkhorst';
  /** 1 to 127; 128 is whoever is directly connected. */
  readonly node: number;
  readonly channel: number;
}

export interface ScpiConfig extends InstrumentCommon {
  readonly driver: 'scpi';
  /** Whether a message is answered: decided by its `?`, always, never, or by a pattern. */
  readonly reply: 'scpi' | 'always' | 'never' | 'pattern';
  readonly replyPattern?: string | undefined;
  /** Asked with each write, to learn whether the instrument took it. */
  readonly errorQuery?: string | undefined;
  readonly parameters: Readonly<Record<string, ScpiParameterConfig>>;
}

/** A Red Pitaya with its SCPI server. */
export interface RedPitayaScpiConfig extends InstrumentCommon {
  readonly driver: 'red-pitaya';
}

/** An instrument whose driver is a library in a worker. */
export interface WorkerInstrumentConfig extends InstrumentCommon {
  readonly driver: 'worker';
  /** The functions that may be called through it; all of its worker where it is absent. */
  readonly functions?: readonly string[] | undefined;
  readonly parameters: Readonly<Record<string, WorkerParameterConfig>>;
}

/** A Spotify account, which plays music on its devices. */
export interface SpotifyConfig extends InstrumentCommon {
  readonly driver: 'spotify';
  /** That of the app that was made for it at Spotify. */
  readonly clientId: string;
  /** The accounts server. */
  readonly accounts?: string | undefined;
}

/** A miner: a Bitaxe or another one with AxeOS, one with cgminer's RPC, or a Magic Miner. */
export interface MinerConfig extends InstrumentCommon {
  readonly driver: 'bitaxe' | 'cgminer' | 'magic-miner';
  /** Which device is meant, by its hardware address; the one that answers first where it is absent. */
  readonly mac?: string | undefined;
}

export type InstrumentConfig =
  | BronkhorstConfig
  | ScpiConfig
  | RedPitayaScpiConfig
  | WorkerInstrumentConfig
  | SpotifyConfig
  | MinerConfig;

export interface ScpiParameterConfig {
  readonly title?: string | undefined;
  readonly query?: string | undefined;
  /** With `{value}` where the value goes. */
  readonly set?: string | undefined;
  readonly type: 'integer' | 'float' | 'string' | 'boolean';
  readonly unit?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** The only texts that it takes. */
  readonly choices?: readonly string[] | undefined;
}

const message = z
  .string()
  .min(1)
  .regex(/^[^\r\n]*$/, 'a message without a line end, which is added');

const scpiParameter: z.ZodType<ScpiParameterConfig> = table({
  title: z.string().optional(),
  query: message.optional(),
  set: message.regex(/\{value\}/, 'a message with {value} where the value goes').optional(),
  type: z.enum(['integer', 'float', 'string', 'boolean']).default('float'),
  unit: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  choices: z.array(z.string().min(1)).min(1).optional(),
})
  .refine(({ query, set }) => query !== undefined || set !== undefined, 'query, set or both')
  .refine(({ minimum = -Infinity, maximum = Infinity }) => minimum <= maximum, {
    path: ['minimum'],
    message: 'must not be above maximum',
  });

const common = {
  port: name,
  title: z.string().optional(),
  timeoutMs: milliseconds(600_000).optional(),
  socket: tcpPort.optional(),
  socketHost: host.default('127.0.0.1'),
  socketAllowRemoteWithoutToken: z.boolean().default(false),
  poll: pollSchema.optional(),
};

const bronkhorst = table({
  ...common,
  driver: z.literal('bronkhorst'),
  node: z.number().int().min(1).max(128),
  channel: z.number().int().min(1).max(16).default(1),
}).superRefine(checkSocket);

const scpi = table({
  ...common,
  driver: z.literal('scpi'),
  reply: z.enum(['scpi', 'always', 'never', 'pattern']).default('scpi'),
  replyPattern: z.string().refine(isPattern, 'must be a regular expression').optional(),
  errorQuery: message.optional(),
  parameters: z.record(name, scpiParameter).default({}),
}).superRefine((instrument, context) => {
  checkSocket(instrument, context);
  checkReply(instrument, context);
});

const redPitaya = table({ ...common, driver: z.literal('red-pitaya') }).superRefine(checkSocket);

const worker = table({
  ...common,
  driver: z.literal('worker'),
  functions: functionPatterns.optional(),
  parameters: z.record(name, workerParameter).default({}),
}).superRefine((instrument, context) => {
  if (instrument.socket === undefined) return;
  const message = 'a raw socket carries messages, and a worker takes calls';
  context.addIssue({ code: 'custom', path: ['socket'], message });
});

const spotify = table({
  ...common,
  driver: z.literal('spotify'),
  clientId: z.string().regex(/^[A-Za-z0-9]{1,64}$/, 'the client ID that Spotify gave your app'),
  accounts: z
    .string()
    .refine(isSafeAddress, 'https://host; plain http:// only to this machine')
    .optional(),
}).superRefine((instrument, context) => {
  if (instrument.socket === undefined) return;
  const message = 'a raw socket carries messages, and a player takes requests';
  context.addIssue({ code: 'custom', path: ['socket'], message });
});

const miner = table({
  ...common,
  driver: z.enum(['bitaxe', 'cgminer', 'magic-miner']),
  mac: z
    .string()
    .regex(/^(?:[\dA-Fa-f]{2}[:-]?){5}[\dA-Fa-f]{2}$/, 'a hardware address: aa:bb:cc:dd:ee:ff')
    .optional(),
}).superRefine((instrument, context) => {
  if (instrument.socket === undefined) return;
  const message = 'a raw socket carries messages, and a miner takes requests';
  context.addIssue({ code: 'custom', path: ['socket'], message });
});

export const instrumentSchema: z.ZodType<InstrumentConfig> = z.discriminatedUnion('driver', [
  bronkhorst,
  scpi,
  redPitaya,
  worker,
  spotify,
  miner,
]);

function checkSocket(
  { socketHost, socketAllowRemoteWithoutToken }: InstrumentCommon,
  context: z.core.$RefinementCtx,
): void {
  if (isLoopback(socketHost) || socketAllowRemoteWithoutToken) return;
  const message = `${socketHost} can be reached from other machines, and a raw socket asks for no token: whoever reaches it may use the instrument. Where that is meant, say socketAllowRemoteWithoutToken = true`;
  context.addIssue({ code: 'custom', path: ['socketHost'], message });
}

function checkReply({ reply, replyPattern }: ScpiConfig, context: z.core.$RefinementCtx): void {
  const complain = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  if (reply === 'pattern' && replyPattern === undefined) {
    complain('reply', 'replyPattern says which messages are answered, and is missing');
  }
  if (reply !== 'pattern' && replyPattern !== undefined) {
    complain('replyPattern', 'is read only with reply = "pattern"');
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'i').source !== '';
  } catch {
    return false;
  }
}
