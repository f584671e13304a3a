import { SignalboxError } from '../../kernel/index.ts';
import type { HeldResources, ResourceHold, SerialHold } from '../../instruments/index.ts';
import type { RpcContext } from '../../links/index.ts';
import { NumberedHolds } from './numbered-holds.ts';

/** What an isolated actor asks of the gateway. The same names are on both sides of the wire. */
export interface ResourceCalls {
  readonly 'serial.acquire': {
    /** By which number it is called from now on; one that the actor has not used before. */
    readonly hold: number;
    readonly path: string;
    readonly timeoutMs: number;
  };
  readonly 'serial.write': { readonly hold: number; readonly data: Uint8Array };
  readonly 'serial.read': { readonly hold: number; readonly bytesMost: number };
  readonly 'serial.release': { readonly hold: number };
  readonly 'visa.command': {
    readonly command: string;
    readonly timeoutMs: number;
    readonly resource?: string;
  };
  readonly 'visa.hold': {
    /** As of a serial port. */
    readonly hold: number;
    readonly timeoutMs: number;
    readonly resource?: string;
  };
  readonly 'visa.held': {
    readonly hold: number;
    readonly command: string;
    readonly timeoutMs: number;
  };
  readonly 'visa.release': { readonly hold: number };
  readonly 'serial.untilLost': { readonly hold: number };
  readonly 'visa.untilLost': { readonly hold: number };
}

/** So many bytes are read at once at most. */
export const serialReadBytesMost = 65_536;

/**
 * What an isolated actor can call: the same guard that an inline one has, by numbers instead of objects.
 * It is asked anew for each life of the actor, whose holds end with it.
 */
export class ResourceFunctions {
  readonly #held: () => HeldResources;
  readonly #serial = new NumberedHolds<SerialHold>();
  readonly #visa = new NumberedHolds<ResourceHold>();

  /** @param held of the life that is under way */
  constructor(held: () => HeldResources) {
    this.#held = held;
  }

  /** By name, as a worker's host serves them. */
  get all(): {
    readonly [Name in keyof ResourceCalls]: (
      params: ResourceCalls[Name],
      context: RpcContext,
    ) => Promise<unknown>;
  } {
    return {
      'serial.acquire': async ({ hold, path, timeoutMs }, { signal }) =>
        this.#serial.add(hold, await this.#held().acquireSerialPort(path, timeoutMs, signal)),
      'serial.write': async ({ hold, data }) => await this.#serial.get(hold).write(bytesOf(data)),
      'serial.read': async ({ hold, bytesMost }, { signal }) =>
        await this.#serial.get(hold).read(Math.min(bytesMost, serialReadBytesMost), signal),
      'serial.release': async ({ hold }) => await this.#serial.release(hold),
      'visa.command': async ({ command, timeoutMs, resource }) =>
        await this.#held().enqueueVisaCommand(command, timeoutMs, resource),
      'serial.untilLost': async ({ hold }) => await this.#serial.untilLost(hold),
      'visa.hold': async ({ hold, timeoutMs, resource }, { signal }) =>
        this.#visa.add(hold, await this.#held().holdVisa(timeoutMs, resource, signal)),
      'visa.held': async ({ hold, command, timeoutMs }) =>
        await this.#visa.get(hold).command(command, timeoutMs),
      'visa.release': async ({ hold }) => await this.#visa.release(hold),
      'visa.untilLost': async ({ hold }) => await this.#visa.untilLost(hold),
    };
  }
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new SignalboxError('BAD_ARGUMENT', 'what is written to a serial port has to be bytes');
}
