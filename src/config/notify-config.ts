import { z } from 'zod';
import { isLoopback } from '../kernel/index.ts';
import { alertSeverities } from './alerts-config.ts';
import type { AlertSeverity } from './alerts-config.ts';
import { host, name, path, table, tcpPort } from './fields.ts';
import { isSecretName } from './settings/redact.ts';

/** What of an alert people can be told. */
export const notifyEvents = ['raised', 'reminded', 'cleared', 'acknowledged'] as const;
export type NotifyEvent = (typeof notifyEvents)[number];

interface NotifyCommon {
  readonly enabled: boolean;
  /** Of alerts with these names, with `*` for any letters. */
  readonly alerts: readonly string[];
  readonly severityLeast: AlertSeverity;
  readonly tells: readonly NotifyEvent[];
  /** What is sent in plain text over a network can be read there. Has to be true before it is. */
  readonly allowUnencrypted: boolean;
  /** How long one try may take. */
  readonly timeoutS: number;
}

/** A secret is in a file that others cannot read, or in the environment; never in the configuration. */
export interface WebhookConfig extends NotifyCommon {
  readonly kind: 'webhook';
  readonly url?: string | undefined;
  /** Where the address is a secret itself. */
  readonly urlFile?: string | undefined;
  readonly urlEnvironment?: string | undefined;
  /** Sent as a bearer token. */
  readonly tokenFile?: string | undefined;
  readonly tokenEnvironment?: string | undefined;
  /** With what messages are signed. */
  readonly signingKeyFile?: string | undefined;
  readonly signingKeyEnvironment?: string | undefined;
}

export interface MqttConfig extends NotifyCommon {
  readonly kind: 'mqtt';
  /** `mqtts://host:8883` */
  readonly url: string;
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnvironment?: string | undefined;
  /** Whom to trust, where the broker's certificate is signed by nobody whom the system knows. */
  readonly caFile?: string | undefined;
  /** What all topics begin with. */
  readonly topic: string;
  /** Whether Home Assistant finds a sensor for each alert by itself. */
  readonly homeAssistant: boolean;
  readonly discoveryPrefix: string;
}

export interface EmailConfig extends NotifyCommon {
  readonly kind: 'email';
  readonly host: string;
  /** @default that of `tls` */
  readonly port?: number | undefined;
  /** From the first byte on, after a command, or not at all. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly passwordEnvironment?: string | undefined;
  readonly caFile?: string | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

/** A way by which people are told of alerts. */
export type NotifyConfig = WebhookConfig | MqttConfig | EmailConfig;

export const waysMost = 20;
const recipientsMost = 50;
const patternsMost = 100;

const pattern = z
  .string()
  .regex(/^[A-Za-z*][A-Za-z0-9_*-]{0,63}$/, 'a name, in which * stands for any letters: miner-*');
const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');
/** No quotes, so that it is one address for whoever reads it. */
const mailAddress = z
  .string()
  .max(320)
  .regex(/^[^\s@<>"(),;:\\[\]]+@[^\s@<>"(),;:\\[\]]+$/, 'an address: ada@example.org');
const topic = z
  .string()
  .max(200)
  .regex(
    /^[^\s/+#$][^\s+#]*[^\s/+#]$|^[^\s/+#$]$/,
    'the begin of a topic, without + and #: lab/signalbox',
  );

const common = {
  enabled: z.boolean().default(true),
  alerts: z.array(pattern).min(1).max(patternsMost).default(['*']),
  severityLeast: z.enum(alertSeverities).default('info'),
  tells: z.array(z.enum(notifyEvents)).min(1).default(['raised', 'reminded', 'cleared']),
  allowUnencrypted: z.boolean().default(false),
  timeoutS: z.number().min(1).max(120).default(10),
};

const password = { passwordFile: path.optional(), passwordEnvironment: variable.optional() };

const webhook = table({
  ...common,
  kind: z.literal('webhook'),
  url: z
    .string()
    .max(2_000)
    .refine((text) => isAddress(text, ['https:', 'http:']), 'https://host/path, without a user')
    .optional(),
  urlFile: path.optional(),
  urlEnvironment: variable.optional(),
  tokenFile: path.optional(),
  tokenEnvironment: variable.optional(),
  signingKeyFile: path.optional(),
  signingKeyEnvironment: variable.optional(),
}).superRefine((way, context) => {
  const places = [way.url, way.urlFile, way.urlEnvironment].filter((each) => each !== undefined);
  if (places.length !== 1) {
    context.addIssue({ code: 'custom', message: 'exactly one of url, urlFile and urlEnvironment' });
  }
  if ([...(URL.parse(way.url ?? '')?.searchParams.keys() ?? [])].some(isSecretName)) {
    const message =
      'has a secret in it, which would be shown: keep it in a file, and name that as urlFile';
    context.addIssue({ code: 'custom', path: ['url'], message });
  }
  oneOf(way, 'token', context);
  oneOf(way, 'signingKey', context);
  if (way.url !== undefined && URL.parse(way.url)?.protocol === 'http:') {
    mayBePlain(way.url, way.allowUnencrypted, 'url', context);
  }
});

const mqtt = table({
  ...common,
  kind: z.literal('mqtt'),
  url: z
    .string()
    .max(2_000)
    .refine(
      (text) => isAddress(text, ['mqtts:', 'mqtt:', 'wss:', 'ws:']),
      'mqtts://host:8883, without a user',
    ),
  username: z.string().min(1).max(200).optional(),
  ...password,
  caFile: path.optional(),
  topic: topic.default('signalbox'),
  homeAssistant: z.boolean().default(true),
  discoveryPrefix: topic.default('homeassistant'),
}).superRefine((way, context) => {
  oneOf(way, 'password', context);
  const protocol = URL.parse(way.url)?.protocol;
  if (protocol === 'mqtt:' || protocol === 'ws:') {
    mayBePlain(way.url, way.allowUnencrypted, 'url', context);
  }
});

const email = table({
  ...common,
  kind: z.literal('email'),
  host,
  port: tcpPort.min(1).optional(),
  tls: z.enum(['implicit', 'starttls', 'none']).default('starttls'),
  username: z.string().min(1).max(200).optional(),
  ...password,
  caFile: path.optional(),
  from: mailAddress,
  to: z.array(mailAddress).min(1).max(recipientsMost),
}).superRefine((way, context) => {
  oneOf(way, 'password', context);
  if (way.tls === 'none') mayBePlain(`smtp://${way.host}`, way.allowUnencrypted, 'tls', context);
});

const notifySchema: z.ZodType<NotifyConfig> = z.discriminatedUnion('kind', [webhook, mqtt, email]);

/** The table of all ways, by name. */
export const waysSchema: z.ZodType<Readonly<Record<string, NotifyConfig>>> = z
  .record(name, notifySchema)
  .refine((ways) => Object.keys(ways).length <= waysMost, `there are at most ${waysMost} ways`)
  .default({});

function isAddress(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text);
  return url !== null && protocols.includes(url.protocol) && url.username === '' && url.hash === '';
}

function oneOf(
  way: Readonly<Record<string, unknown>>,
  secret: string,
  context: z.core.$RefinementCtx,
): void {
  if (way[`${secret}File`] === undefined || way[`${secret}Environment`] === undefined) return;
  const message = `${secret}File or ${secret}Environment, not both`;
  context.addIssue({ code: 'custom', path: [`${secret}File`], message });
}

function mayBePlain(
  address: string,
  isAllowed: boolean,
  key: string,
  context: z.core.$RefinementCtx,
): void {
  const hostname = URL.parse(address)?.hostname.replaceAll(/[[\]]/g, '') ?? '';
  if (isAllowed || isLoopback(hostname)) return;
  const message = `what is sent to ${hostname} can be read on the way. Where that is meant, say allowUnencrypted = true`;
  context.addIssue({ code: 'custom', path: [key], message });
}
