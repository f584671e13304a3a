import { z } from 'zod';
import type { Config } from './config.ts';

const name = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a name: a letter, then letters, digits, - and _');
const milliseconds = (most: number): z.ZodNumber => z.number().int().min(1).max(most);
const tcpPort = z.number().int().min(0).max(65_535);
const terminator = z.string().min(1).max(8).default('\n');
const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']);

const gateway = z.strictObject({
  name: name.default('signalbox'),
  stateFolder: z.string().min(1).optional(),
  logLevel: logLevel.default('info'),
  logLevels: z.record(z.string(), logLevel).default({}),
});

const http = z.strictObject({
  enabled: z.boolean().default(true),
  host: z.string().min(1).default('127.0.0.1'),
  port: tcpPort.default(5_001),
  tokenFile: z.string().min(1).optional(),
  allowedHosts: z.array(z.string().min(1)).default([]),
  allowedOrigins: z.array(z.string().min(1)).default([]),
});

const resynchronization = z.enum(['none', 'quiet', 'sentinel', 'reconnect']);

const port = z
  .strictObject({
    serial: z.string().min(1).optional(),
    tcp: z
      .string()
      .regex(/^\S+:\d{1,5}$/, 'host:port')
      .optional(),
    simulator: name.optional(),
    protocol: z.enum(['propar', 'lines', 'gap']),
    baudRate: z.number().int().min(50).max(4_000_000).optional(),
    dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).optional(),
    stopBits: z.union([z.literal(1), z.literal(2)]).optional(),
    parity: z.enum(['none', 'even', 'odd']).optional(),
    flowControl: z.enum(['none', 'rts-cts', 'xon-xoff']).optional(),
    mode: z.enum(['binary', 'ascii']).default('binary'),
    terminator,
    timeoutMs: milliseconds(600_000).optional(),
    silenceMs: milliseconds(60_000).default(20),
    resynchronization: resynchronization.optional(),
    retries: z.number().int().min(0).max(10).optional(),
    virtualPorts: z.array(name).default([]),
  })
  .refine(
    ({ serial, tcp, simulator }) =>
      [serial, tcp, simulator].filter((each) => each !== undefined).length === 1,
    'exactly one of serial, tcp and simulator',
  );

const scpiParameter = z
  .strictObject({
    title: z.string().optional(),
    query: z.string().min(1).optional(),
    set: z.string().includes('{value}').optional(),
    type: z.enum(['integer', 'float', 'string', 'boolean']).default('float'),
    unit: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  })
  .refine(({ query, set }) => query !== undefined || set !== undefined, 'query, set or both');

const instrumentCommon = {
  port: name,
  title: z.string().optional(),
  timeoutMs: milliseconds(600_000).optional(),
};

const instrument = z.discriminatedUnion('driver', [
  z.strictObject({
    ...instrumentCommon,
    driver: z.literal('bronkhorst'),
    node: z.number().int().min(1).max(128),
    channel: z.number().int().min(1).max(16).default(1),
  }),
  z.strictObject({
    ...instrumentCommon,
    driver: z.literal('scpi'),
    socket: tcpPort.optional(),
    reply: z.enum(['scpi', 'always', 'never', 'pattern']).default('scpi'),
    replyPattern: z.string().optional(),
    parameters: z.record(name, scpiParameter).default({}),
  }),
]);

const proparNode = z.strictObject({
  address: z.number().int().min(1).max(127),
  serial: z.string().optional(),
  userTag: z.string().max(16).optional(),
  fluid: z.string().max(10).optional(),
  capacity: z.number().positive().optional(),
  unit: z.string().max(7).optional(),
});

const simulator = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('propar'),
    nodes: z.array(proparNode).min(1).max(127),
    baudRate: z.number().int().min(300).max(4_000_000).default(38_400),
    answerTimeMs: z.number().min(0).max(1_000).default(2),
    path: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('multimeter'),
    tcpPort: tcpPort.default(0),
    terminator,
  }),
]);

/** Checks a configuration and fills in its defaults. */
export const configSchema: z.ZodType<Config> = z
  .strictObject({
    gateway: gateway.prefault({}),
    http: http.prefault({}),
    ports: z.record(name, port).default({}),
    instruments: z.record(name, instrument).default({}),
    simulators: z.record(name, simulator).default({}),
  })
  .superRefine((config, context) => {
    for (const [key, { port: portName, driver }] of Object.entries(config.instruments)) {
      const target = config.ports[portName];
      const path = ['instruments', key, 'port'];
      if (target === undefined) {
        context.addIssue({ code: 'custom', path, message: noSuch('port', portName, config.ports) });
      } else if ((driver === 'bronkhorst') !== (target.protocol === 'propar')) {
        const wanted = driver === 'bronkhorst' ? 'propar' : 'lines';
        context.addIssue({
          code: 'custom',
          path,
          message: `a ${driver} instrument needs a port with protocol "${wanted}"`,
        });
      }
    }
    for (const [key, { simulator: simulatorName }] of Object.entries(config.ports)) {
      if (simulatorName === undefined || simulatorName in config.simulators) continue;
      context.addIssue({
        code: 'custom',
        path: ['ports', key, 'simulator'],
        message: noSuch('simulator', simulatorName, config.simulators),
      });
    }
  });

function noSuch(kind: string, wanted: string, existing: object): string {
  const names = Object.keys(existing);
  const list = names.length === 0 ? `there is no ${kind}` : `there are ${names.join(', ')}`;
  return `no ${kind} '${wanted}'; ${list}`;
}
