import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { FaultPlan } from '../fault-plan.ts';
import type { Fault } from '../faults.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Random } from '../seeded-random.ts';
import type { Simulator } from '../simulator.ts';
import { WireLog } from '../wire-log.ts';
import { AxeOsApi, missing } from './axe-os-api.ts';
import type { MinerAnswer } from './axe-os-api.ts';
import { CgminerApi } from './cgminer-api.ts';
import { HttpMiners } from './http-miners.ts';
import { magicPage, strangePage } from './magic-pages.ts';
import { MinerDevice } from './miner-device.ts';
import { MinerState } from './miner-state.ts';
import { minerKinds } from './miners-definition.ts';
import type { MinerKind, MinersDefinition } from './miners-definition.ts';
import { RpcMiners } from './rpc-miners.ts';

/** More devices than this are none that one process simulates. */
export const simulatedMinersMost = 10_000;
const restartLeastMs = 10_000;
const restartMostMs = 20_000;
/** So many listeners are opened at once. */
const openedAtOnce = 64;

const faultKinds: readonly Fault['kind'][] = [
  'drop',
  'garble',
  'delay',
  'wrong-length',
  'unplug',
  'status',
  'oversize',
  'impostor',
  'reboot',
  'overheat',
  'block-found',
];

/** A device, as who wants to use it has to know it. */
export interface SimulatedMiner {
  /** From 1 on: the `node` of faults. */
  readonly number: number;
  readonly kind: MinerKind;
  readonly host: string;
  readonly port: number;
  /** Twelve digits. */
  readonly mac: string;
}

/** Simulated miners, with what only they can do. */
export interface MinersSimulator extends Simulator {
  readonly miners: readonly SimulatedMiner[];
}

/**
 * Starts miners in this thread, each at an address of its own. Devices are the nodes of faults, from 1 on.
 * @throws BAD_ARGUMENT for a definition that makes no sense; LINK_COMMUNICATION for a port in use
 */
export async function openMinersSimulator(
  definition: MinersDefinition,
  clock: Clock = systemClock,
): Promise<MinersSimulator> {
  const miners = new Miners(definition, clock);
  await miners.open();
  return miners;
}

class Miners implements MinersSimulator {
  readonly #definition: MinersDefinition;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: FaultPlan;
  readonly #log = new WireLog();
  readonly #axeOs = new Map<MinerDevice, AxeOsApi>();
  readonly #cgminers = new Map<MinerDevice, CgminerApi>();
  readonly #http: HttpMiners;
  readonly #rpc: RpcMiners;
  #devices: MinerDevice[] = [];

  constructor(definition: MinersDefinition, clock: Clock) {
    const { seed = 1, idleMs = 0 } = definition;
    this.#definition = definition;
    this.#clock = clock;
    this.#random = seededRandom(seed);
    this.#faults = new FaultPlan(seededRandom(seed + 1), definition, faultKinds);
    const common = {
      clock,
      plan: this.#faults,
      fault: (device: MinerDevice) => this.#nextFault(device),
      note: this.#note,
      restart: (device: MinerDevice) => device.restart(this.#restartMs()),
    };
    this.#http = new HttpMiners({
      ...common,
      idleMs,
      answer: (...request) => this.#answer(...request),
    });
    this.#rpc = new RpcMiners({
      ...common,
      answer: (device, request) =>
        this.#cgminers.get(device)?.answer(request) ?? { text: '{"STATUS":"BYE"}' },
    });
  }

  async open(): Promise<void> {
    const kinds = minerKinds.flatMap(([kind, key]) =>
      Array.from({ length: Number(this.#definition[key] ?? 0) }, () => kind),
    );
    if (kinds.length === 0 || kinds.length > simulatedMinersMost) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `there are 1 to ${simulatedMinersMost} simulated miners, not ${kinds.length}`,
      );
    }
    const first = addressNumber(this.#definition.firstAddress ?? '127.20.0.1');
    const { httpPort = 0, rpcPort = 0 } = this.#definition;
    const ports = { http: httpPort, rpc: rpcPort };
    const waiting: MinerDevice[] = [];
    try {
      for (const [index, kind] of kinds.entries()) {
        const way = kind === 'avalon' || kind === 'cgminer' ? 'rpc' : 'http';
        const device = this.#device(index, kind, addressOf(first + index), ports[way]);
        if (ports[way] !== 0) {
          waiting.push(device);
          continue;
        }
        // The port that is free at the first address is that of all.
        await device.open();
        ports[way] = device.port;
      }
      for (let at = 0; at < waiting.length; at += openedAtOnce) {
        const some = waiting.slice(at, at + openedAtOnce);
        await Promise.all(some.map(async (device) => await device.open()));
      }
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    }
  }

  get address(): string {
    return this.#devices[0]?.address ?? '';
  }

  get miners(): readonly SimulatedMiner[] {
    return this.#devices.map(({ host, port, state: { number, kind, mac } }) => ({
      number,
      kind,
      host,
      port,
      mac,
    }));
  }

  addFault: Simulator['addFault'] = async (rule) => this.#faults.add(rule);
  clearFaults: Simulator['clearFaults'] = async () => this.#faults.clear();
  silence: Simulator['silence'] = async (node, isSilent) => this.#faults.silence(node, isSilent);
  unplug: Simulator['unplug'] = async (backAfterMs) => {
    for (const device of this.#devices) device.unplug(backAfterMs);
  };
  resetLog: Simulator['resetLog'] = async () => this.#log.reset();
  transactions: Simulator['transactions'] = async () => this.#log.transactions();
  report: Simulator['report'] = async () => ({ ...this.#log.report(), winks: {} });

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#devices.map(async (device) => await device[Symbol.asyncDispose]()));
  }

  #device(index: number, kind: MinerKind, host: string, port: number): MinerDevice {
    const { seed = 1, privileged = true } = this.#definition;
    const state = new MinerState(index + 1, kind, seed, this.#clock);
    const isRpc = kind === 'avalon' || kind === 'cgminer';
    const device = new MinerDevice(state, host, {
      port,
      take: (socket, taker) => (isRpc ? this.#rpc : this.#http).take(socket, taker),
    });
    if (isRpc) this.#cgminers.set(device, new CgminerApi(state, privileged));
    else if (kind !== 'magic' && kind !== 'stranger') this.#axeOs.set(device, new AxeOsApi(state));
    this.#devices.push(device);
    return device;
  }

  #answer(device: MinerDevice, method: string, path: string, body: string): MinerAnswer {
    const { state } = device;
    if (state.kind === 'magic') return magicPage(state, method, path);
    if (state.kind === 'stranger') return strangePage(method, path);
    return this.#axeOs.get(device)?.answer(method, path, body) ?? missing();
  }

  /** What goes wrong with the next answer of a device. What happens to the device itself happens here. */
  #nextFault(device: MinerDevice): Fault | undefined {
    const { state } = device;
    const fault: Fault | undefined = this.#faults.isSilent(state.number)
      ? { kind: 'drop' }
      : this.#faults.next(state.number);
    state.isImpostor = fault?.kind === 'impostor';
    if (fault?.kind === 'overheat') state.isOverheated = true;
    if (fault?.kind === 'block-found') state.findBlock();
    if (fault?.kind === 'unplug') device.unplug(fault.backAfterMs);
    if (fault?.kind === 'reboot') device.restart(fault.backAfterMs ?? this.#restartMs());
    return fault;
  }

  #restartMs(): number {
    const { restartMs } = this.#definition;
    return restartMs ?? restartLeastMs + this.#random() * (restartMostMs - restartLeastMs);
  }

  readonly #note = (device: MinerDevice, request: string, status: number, fault?: Fault): void => {
    const atMs = performance.now();
    this.#log.add({
      startMs: atMs,
      endMs: atMs,
      node: device.state.number,
      request: Buffer.from(request),
      ...(status === 0 ? {} : { reply: Buffer.from(String(status)) }),
      ...(fault && { fault: fault.kind }),
    });
  };
}

/** @throws BAD_ARGUMENT for what is no loopback address */
function addressNumber(text: string): number {
  const parts = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number) ?? [];
  if (parts.length === 3 && parts.every((part) => part <= 255)) {
    return parts.reduce((sum, part) => sum * 256 + part, 0);
  }
  throw new SignalboxError('BAD_ARGUMENT', `'${text}' is no address in 127.0.0.0/8`);
}

function addressOf(number: number): string {
  return `127.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}
