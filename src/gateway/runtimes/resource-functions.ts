import { SignalboxError } from '../../kernel/index.ts';
import type { HeldResources, SerialHold } from '../../instruments/index.ts';
import type { RpcContext } from '../../links/index.ts';

/** What an isolated actor asks of the gateway. The same names are on both sides of the wire. */
export interface ResourceCalls {
  readonly 'serial.acquire': { readonly path: string; readonly timeoutMs: number };
  readonly 'serial.write': { readonly hold: number; readonly data: Uint8Array };
  readonly 'serial.read': { readonly hold: number; readonly bytesMost: number };
  readonly 'serial.release': { readonly hold: number };
  readonly 'visa.command': {
    readonly command: string;
    readonly timeoutMs: number;
    readonly resource?: string;
  };
}

/** So many bytes are read at once at most. */
export const serialReadBytesMost = 65_536;

/**
 * What an isolated actor can call: the same guard that an inline one has, by numbers instead of objects.
 * It is asked anew for each life of the actor, whose holds end with it.
 */
export class ResourceFunctions {
  readonly #held: () => HeldResources;
  readonly #holds = new Map<number, SerialHold>();
  #count = 0;

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
      'serial.acquire': async ({ path, timeoutMs }, { signal }) => {
        const hold = await this.#held().acquireSerialPort(path, timeoutMs, signal);
        this.#count += 1;
        const number = this.#count;
        this.#holds.set(number, hold);
        hold.lost.addEventListener('abort', () => this.#holds.delete(number), { once: true });
        return { hold: number };
      },
      'serial.write': async ({ hold, data }) => await this.#hold(hold).write(bytesOf(data)),
      'serial.read': async ({ hold, bytesMost }, { signal }) =>
        await this.#hold(hold).read(Math.min(bytesMost, serialReadBytesMost), signal),
      'serial.release': async ({ hold }) => {
        await this.#holds.get(hold)?.release();
      },
      'visa.command': async ({ command, timeoutMs, resource }) =>
        await this.#held().enqueueVisaCommand(command, timeoutMs, resource),
    };
  }

  /** Forgets the holds of a life that is over; whoever ends that releases them. */
  forget(): void {
    this.#holds.clear();
  }

  #hold(number: number): SerialHold {
    const hold = this.#holds.get(number);
    if (hold !== undefined) return hold;
    throw new SignalboxError('LEASE_LOST', `serial hold ${number} has ended`, {
      details: { hold: number },
    });
  }
}

function bytesOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new SignalboxError('BAD_ARGUMENT', 'what is written to a serial port has to be bytes');
}
