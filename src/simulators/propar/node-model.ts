import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { proparStatus } from '../../protocols/index.ts';
import { channelParameters } from './channel-parameters.ts';
import { FlowChannel } from './flow-channel.ts';
import type { ChannelSurroundings, FlowChannelOptions } from './flow-channel.ts';
import type { NodeParameter } from './node-parameter.ts';
import { nodeParameters } from './node-parameters.ts';
import type { Neighbours } from './node-parameters.ts';

/** Further channels would lie on the processes of the instrument itself. */
export const channelsMost = 9;

/** The control mode in which calibration mode says what is done. Maker's parameter list, DDE 12. */
const calibrating = 9;

/** Values of initreset. Manual 9.17.027, parameter security. */
export const initresetCode = { unlocked: 64, locked: 82 } as const;

/** What a simulated instrument is. All its channels begin alike. */
export interface NodeDefinition extends FlowChannelOptions {
  /** 1 to 127. */
  readonly address: number;
  /** @default 'SIM' and the address, with zeros */
  readonly serial?: string;
  /** @default 'MFC-' and the address */
  readonly userTag?: string;
  /** 1 to {@link channelsMost}. @default 1 */
  readonly channels?: number;
  /** @default 'DMFC' */
  readonly deviceType?: string;
  /** The number of its kind. @default 7, a mass flow controller */
  readonly identificationNumber?: number;
  /** @default 'F-201CV-500' */
  readonly model?: string;
  /** @default 'V9.99a' */
  readonly firmware?: string;
}

export interface NodeSurroundings extends Neighbours, ChannelSurroundings {
  readonly clock: Clock;
}

/** A mass flow controller that behaves, with its parameters. */
export class NodeModel {
  /** Changes when it is written. */
  address: number;
  readonly channels: readonly FlowChannel[];
  readonly first: FlowChannel;
  readonly deviceType: string;
  readonly identificationNumber: number;
  readonly model: string;
  readonly firmware: string;
  serial: string;
  userTag: string;
  /** At power-up an instrument is locked. */
  initreset: number = initresetCode.locked;
  calibrationMode = 0;
  /** How often somebody asked it to wink. */
  winks = 0;
  readonly #clock: Clock;
  readonly #parameters: ReadonlyMap<string, NodeParameter>;
  readonly #processes: ReadonlySet<string>;
  #updatedMs: number;
  #isUpdating = false;

  /** @throws BAD_ARGUMENT for an address or a number of channels that does not exist */
  constructor(definition: NodeDefinition, surroundings: NodeSurroundings) {
    const { address, channels = 1 } = definition;
    checkRange('address', address, 127);
    checkRange('number of channels', channels, channelsMost);
    this.address = address;
    this.serial = definition.serial ?? `SIM${String(address).padStart(3, '0')}`;
    this.userTag = definition.userTag ?? `MFC-${address}`;
    this.deviceType = definition.deviceType ?? 'DMFC';
    this.identificationNumber = definition.identificationNumber ?? 7;
    this.model = definition.model ?? 'F-201CV-500';
    this.firmware = definition.firmware ?? 'V9.99a';
    this.first = new FlowChannel(definition, surroundings);
    this.channels = Array.from({ length: channels }, (_, index) =>
      index === 0 ? this.first : new FlowChannel(definition, surroundings),
    );
    this.#clock = surroundings.clock;
    this.#updatedMs = this.#clock.monotonic();
    this.#parameters = new Map([
      ...Object.entries(nodeParameters(this, surroundings)),
      ...this.channels.flatMap((channel, index) =>
        Object.entries(channelParameters(channel, index)),
      ),
    ]);
    this.#processes = new Set(this.#parameters.keys().map((key) => key.replace(/\/.*/, '')));
  }

  /** The parameter at an address, or the status that says what does not exist. */
  parameter(process: number, parameter: number): NodeParameter | number {
    const found = this.#parameters.get(`${process}/${parameter}`);
    if (found !== undefined) return found;
    return this.#processes.has(String(process))
      ? proparStatus.unknownParameter
      : proparStatus.unknownProcess;
  }

  /** Brings everything that moves by itself up to now. */
  update(): void {
    // One that follows itself around a ring of slaves.
    if (this.#isUpdating) return;
    this.#isUpdating = true;
    const nowMs = this.#clock.monotonic();
    for (const channel of this.channels) channel.advance(nowMs - this.#updatedMs);
    this.#updatedMs = nowMs;
    this.#isUpdating = false;
    if (this.calibrationMode !== 0 && this.first.loop.mode !== calibrating)
      this.calibrationMode = 0;
  }

  /** The measured flow of the channel at a process, raw, as it is now. */
  flowAt(process: number): number {
    this.update();
    return this.channels[process - 1]?.loop.measured ?? 0;
  }

  /** What writing to reset does. Maker's parameter list, DDE 114. */
  reset(what: number): void {
    for (const { counter, alarm } of this.channels) {
      if (what === 1 || what === 3) counter.reset();
      if (what === 2) alarm.reset();
      if (what === 4) counter.switchOff();
      if (what === 5) alarm.powerUp();
    }
    if (what === 5) this.initreset = initresetCode.locked;
  }
}

function checkRange(what: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `${what} ${value} of a simulated instrument is not 1 to ${most}`,
  );
}
