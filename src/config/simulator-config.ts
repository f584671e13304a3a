import { z } from 'zod';
import { path, table, tcpPort } from './fields.ts';
import { terminator } from './port-config.ts';

/** Where a simulated instrument is to be found. */
interface SimulatorPlace {
  /** A stable path for its serial line. */
  readonly path?: string | undefined;
  /** A raw socket on this machine instead; 0 takes a free port. */
  readonly tcpPort?: number | undefined;
  /** Whether a second TCP client is turned away. */
  readonly single: boolean;
  readonly seed: number;
}

export interface ProparNodeConfig {
  readonly address: number;
  readonly channels?: number | undefined;
  readonly serial?: string | undefined;
  readonly userTag?: string | undefined;
  readonly fluid?: string | undefined;
  readonly capacity?: number | undefined;
  readonly unit?: string | undefined;
  readonly lagMs?: number | undefined;
  readonly noiseShare?: number | undefined;
  readonly deviceType?: string | undefined;
  readonly identificationNumber?: number | undefined;
  readonly model?: string | undefined;
  readonly firmware?: string | undefined;
}

/** What goes wrong, and when. */
export type FaultConfig = { readonly node?: number | undefined } & (
  | { readonly kind: 'silence' }
  | ((
      | { readonly kind: 'drop' | 'garble' | 'wrong-length' | 'duplicate' | 'noise' }
      | { readonly kind: 'delay'; readonly delayMs: number }
      | {
          readonly kind: 'unplug';
          /** Absent: for good. */
          readonly backAfterMs?: number | undefined;
          readonly moment?: 'request' | 'answer' | 'reply' | undefined;
        }
    ) & {
      readonly probability?: number | undefined;
      readonly after?: number | undefined;
      readonly times?: number | undefined;
    })
);

export interface ProparSimulatorConfig extends SimulatorPlace {
  readonly kind: 'propar';
  readonly nodes: readonly ProparNodeConfig[];
  /** 0 for a wire that takes no time. */
  readonly baudRate: number;
  readonly answerTimeMs: number;
  /** What a request to an address that nobody has comes to. */
  readonly absentNodes: 'silence' | 'error-frame';
  readonly faults: readonly FaultConfig[];
}

export interface MultimeterSimulatorConfig extends SimulatorPlace {
  readonly kind: 'multimeter';
  /** What ends a message, and a response. */
  readonly terminator: string;
  /** What it says to `*IDN?`. */
  readonly identity?: string | undefined;
  /** What it measures, give or take its noise. */
  readonly voltage?: number | undefined;
  readonly answerTimeMs: number;
  /** How long `*CAL?` takes. */
  readonly calibrationMs: number;
  /** Whether a new message takes away a response that is not out yet, with error -410. */
  readonly interrupts: boolean;
  readonly faults: readonly FaultConfig[];
}

export interface RedPitayaSimulatorConfig extends SimulatorPlace {
  readonly kind: 'red-pitaya';
  /** What it says to `*IDN?`. */
  readonly identity?: string | undefined;
  readonly faults: readonly FaultConfig[];
}

export interface SpotifyDeviceConfig {
  readonly name: string;
  readonly type?: string | undefined;
  readonly volume?: number | undefined;
  readonly supportsVolume?: boolean | undefined;
  readonly restricted?: boolean | undefined;
  readonly active?: boolean | undefined;
}

/** The Web API of Spotify with its accounts server. */
export interface SpotifySimulatorConfig {
  readonly kind: 'spotify';
  readonly path?: undefined;
  /** 0 takes a free one. */
  readonly tcpPort?: number | undefined;
  readonly seed: number;
  readonly devices?: readonly SpotifyDeviceConfig[] | undefined;
  /** Whether the account is Premium. */
  readonly premium: boolean;
  readonly tokenLifeMs: number;
  /** A command takes effect about so much later. */
  readonly commandDelayMs: number;
}

/** Miners, each at a loopback address of its own. Faults name them as nodes, from 1 on, in this order. */
export interface MinersSimulatorConfig {
  readonly kind: 'miners';
  readonly path?: undefined;
  readonly tcpPort?: undefined;
  /** With AxeOS 2.11. */
  readonly bitaxe: number;
  /** With AxeOS 2.6. */
  readonly bitaxeOld: number;
  readonly avalon: number;
  readonly cgminer: number;
  readonly magic: number;
  /** Where the first one is; the others follow. */
  readonly firstAddress: string;
  readonly httpPort: number;
  readonly rpcPort: number;
  /** Whether cgminer lets the caller do more than read. */
  readonly privileged: boolean;
  /** 10 to 20 s where it is absent. */
  readonly restartMs?: number | undefined;
  readonly seed: number;
  readonly faults: readonly MinerFaultConfig[];
}

/** What happens to a miner or its answers, and when. */
export type MinerFaultConfig = {
  readonly node?: number | undefined;
  readonly probability?: number | undefined;
  readonly after?: number | undefined;
  readonly times?: number | undefined;
} & (
  | { readonly kind: 'drop' | 'garble' | 'wrong-length' | 'impostor' | 'overheat' | 'block-found' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'reboot'; readonly backAfterMs?: number | undefined }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'oversize'; readonly bytes: number }
);

export type SimulatorConfig =
  | ProparSimulatorConfig
  | MultimeterSimulatorConfig
  | RedPitayaSimulatorConfig
  | SpotifySimulatorConfig
  | MinersSimulatorConfig;

const timeMost = 600_000;
const time = z.number().min(0).max(timeMost);
const text = (most: number): z.ZodString => z.string().min(1).max(most);

const place = {
  path: path.optional(),
  tcpPort: tcpPort.optional(),
  single: z.boolean().default(false),
  seed: z.number().int().min(0).max(4_294_967_295).default(1),
};

const node: z.ZodType<ProparNodeConfig> = table({
  address: z.number().int().min(1).max(127),
  channels: z.number().int().min(1).max(9).optional(),
  serial: text(20).optional(),
  userTag: z.string().max(16).optional(),
  fluid: text(10).optional(),
  capacity: z.number().positive().optional(),
  unit: text(7).optional(),
  lagMs: z.number().positive().max(timeMost).optional(),
  noiseShare: z.number().min(0).max(1).optional(),
  deviceType: text(6).optional(),
  identificationNumber: z.number().int().min(0).max(255).optional(),
  model: text(30).optional(),
  firmware: text(6).optional(),
});

const when = {
  probability: z.number().min(0).max(1).optional(),
  after: z.number().int().min(0).optional(),
  times: z.number().int().min(1).optional(),
};

const who = { node: z.number().int().min(1).max(127).optional() };

const fault: z.ZodType<FaultConfig> = z.discriminatedUnion('kind', [
  table({ ...who, kind: z.literal('silence') }),
  table({
    ...who,
    ...when,
    kind: z.enum(['drop', 'garble', 'wrong-length', 'duplicate', 'noise']),
  }),
  table({ ...who, ...when, kind: z.literal('delay'), delayMs: time }),
  table({
    ...who,
    ...when,
    kind: z.literal('unplug'),
    backAfterMs: time.optional(),
    moment: z.enum(['request', 'answer', 'reply']).optional(),
  }),
]);

const identity = text(200)
  .regex(/^[^,;]+(,[^,;]*){3}$/, 'four fields with commas between: maker,model,serial,firmware')
  .optional();

const faults = z.array(fault).max(100).default([]);

const spotifyDevice: z.ZodType<SpotifyDeviceConfig> = table({
  name: text(100),
  type: text(40).optional(),
  volume: z.number().int().min(0).max(100).optional(),
  supportsVolume: z.boolean().optional(),
  restricted: z.boolean().optional(),
  active: z.boolean().optional(),
});

const minerCount = z.number().int().min(0).max(5_000).default(0);
const minerPort = z.number().int().min(1).max(65_535);
const whichMiner = { node: z.number().int().min(1).max(25_000).optional(), ...when };

const minerFault: z.ZodType<MinerFaultConfig> = z.discriminatedUnion('kind', [
  table({
    ...whichMiner,
    kind: z.enum(['drop', 'garble', 'wrong-length', 'impostor', 'overheat', 'block-found']),
  }),
  table({ ...whichMiner, kind: z.literal('delay'), delayMs: time }),
  table({ ...whichMiner, kind: z.literal('reboot'), backAfterMs: time.optional() }),
  table({
    ...whichMiner,
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
  }),
  table({ ...whichMiner, kind: z.literal('oversize'), bytes: z.number().int().min(1).max(1e9) }),
]);

const dayMs = 86_400_000;

export const simulatorSchema: z.ZodType<SimulatorConfig> = z.discriminatedUnion('kind', [
  table({
    kind: z.literal('propar'),
    ...place,
    nodes: z.array(node).min(1).max(127),
    baudRate: z.number().int().min(0).max(4_000_000).default(38_400),
    answerTimeMs: time.default(2),
    absentNodes: z.enum(['silence', 'error-frame']).default('silence'),
    faults,
  }).superRefine((simulator, context) => {
    checkPlace(simulator, context);
    const addresses = simulator.nodes.map(({ address }) => address);
    for (const [index, address] of addresses.entries()) {
      if (addresses.indexOf(address) === index) continue;
      const message = `node ${address} is there twice`;
      context.addIssue({ code: 'custom', path: ['nodes', index, 'address'], message });
    }
    for (const [index, { node: faulty }] of simulator.faults.entries()) {
      if (faulty === undefined || addresses.includes(faulty)) continue;
      const message = `there is no node ${faulty}; there are ${addresses.join(', ')}`;
      context.addIssue({ code: 'custom', path: ['faults', index, 'node'], message });
    }
  }),
  table({
    kind: z.literal('multimeter'),
    ...place,
    terminator,
    identity,
    voltage: z.number().optional(),
    answerTimeMs: time.default(0),
    calibrationMs: time.default(1_000),
    interrupts: z.boolean().default(false),
    faults,
  }).superRefine((simulator, context) => {
    checkPlace(simulator, context);
    checkNoNodes(simulator.faults, 'a multimeter', context);
  }),
  table({ kind: z.literal('red-pitaya'), ...place, identity, faults }).superRefine(
    (simulator, context) => {
      checkPlace(simulator, context);
      checkNoNodes(simulator.faults, 'a Red Pitaya', context);
    },
  ),
  table({
    kind: z.literal('spotify'),
    tcpPort: tcpPort.optional(),
    seed: place.seed,
    devices: z.array(spotifyDevice).min(1).max(50).optional(),
    premium: z.boolean().default(true),
    tokenLifeMs: z.number().int().min(1_000).max(dayMs).default(3_600_000),
    commandDelayMs: time.default(150),
  }),
  table({
    kind: z.literal('miners'),
    bitaxe: minerCount,
    bitaxeOld: minerCount,
    avalon: minerCount,
    cgminer: minerCount,
    magic: minerCount,
    firstAddress: z
      .string()
      .regex(/^127(?:\.\d{1,3}){3}$/, 'an address in 127.0.0.0/8')
      .default('127.20.0.1'),
    httpPort: minerPort.default(8_099),
    rpcPort: minerPort.default(4_028),
    privileged: z.boolean().default(true),
    restartMs: time.optional(),
    seed: place.seed,
    faults: z.array(minerFault).max(100).default([]),
  }).superRefine(({ bitaxe, bitaxeOld, avalon, cgminer, magic }, context) => {
    const all = bitaxe + bitaxeOld + avalon + cgminer + magic;
    if (all >= 1 && all <= 10_000) return;
    const message = `1 to 10000 miners in all, not ${all}: bitaxe = 20`;
    context.addIssue({ code: 'custom', path: ['bitaxe'], message });
  }),
]);

function checkNoNodes(
  list: readonly FaultConfig[],
  what: string,
  context: z.core.$RefinementCtx,
): void {
  for (const [index, { node: faulty }] of list.entries()) {
    if (faulty === undefined) continue;
    const message = `${what} has no nodes`;
    context.addIssue({ code: 'custom', path: ['faults', index, 'node'], message });
  }
}

function checkPlace(simulator: SimulatorPlace, context: z.core.$RefinementCtx): void {
  const complain = (key: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [key], message });
  const { tcpPort: onTcp } = simulator;
  if (simulator.path !== undefined && onTcp !== undefined) {
    complain('tcpPort', 'a simulator has a path or a TCP port, not both');
  }
  if (simulator.single && onTcp === undefined) {
    complain('single', 'is of a TCP port; a serial line has one program at a time anyway');
  }
}
