import { hasCode, SignalboxError } from '../../kernel/index.ts';
import { inOrder, serialPortRank, visaRank } from '../../instruments/index.ts';
import type { ActorResources, ResourceHold, SerialHold } from '../../instruments/index.ts';
import type { WorkerHost } from '../../links/index.ts';
import type { ResourceCalls } from './resource-functions.ts';

/** A call may take so much longer than what it waits for. */
const callMoreMs = 5_000;
/** What is written or read at a held port ends by itself within this time. */
const transferMs = 600_000;

type Call = <Name extends keyof ResourceCalls>(
  name: Name,
  params: ResourceCalls[Name],
  timeoutMs: number,
  signal?: AbortSignal,
) => Promise<unknown>;

/** The shared resources as an isolated actor sees them: messages to the gateway, which has the wires. */
export class RemoteResources implements ActorResources {
  readonly #actorId: string;
  readonly #call: Call;

  constructor(actorId: string, host: WorkerHost) {
    this.#actorId = actorId;
    this.#call = async (name, params, timeoutMs, signal) =>
      await host.call(name, params, { timeoutMs, ...(signal === undefined ? {} : { signal }) });
  }

  async acquireSerialPort(
    path: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<SerialHold> {
    const taken = inOrder(`serial port ${path}`, serialPortRank);
    const params = { path, timeoutMs };
    const number = numberOf(
      await this.#call('serial.acquire', params, timeoutMs + callMoreMs, signal),
    );
    const hold = new RemoteSerialHold(this.#actorId, number, this.#call);
    taken(hold.lost);
    return hold;
  }

  async enqueueVisaCommand(command: string, timeoutMs: number, resource?: string): Promise<string> {
    const params = { command, timeoutMs, ...named(resource) };
    return (await this.#call('visa.command', params, timeoutMs + callMoreMs)) as string;
  }

  async holdVisa(
    timeoutMs: number,
    resource?: string,
    signal?: AbortSignal,
  ): Promise<ResourceHold> {
    const taken = inOrder(`VISA resource ${resource ?? ''}`, visaRank);
    const params = { timeoutMs, ...named(resource) };
    const number = numberOf(await this.#call('visa.hold', params, timeoutMs + callMoreMs, signal));
    const hold = new RemoteVisaHold(number, this.#call);
    taken(hold.lost);
    return hold;
  }
}

/** What the gateway holds under a number. That it is lost is noticed when it is used. */
class RemoteHold {
  readonly #number: number;
  readonly #call: Call;
  readonly #releasing: 'serial.release' | 'visa.release';
  readonly #lost = new AbortController();

  constructor(number: number, call: Call, releasing: 'serial.release' | 'visa.release') {
    this.#number = number;
    this.#call = call;
    this.#releasing = releasing;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    if (this.#lost.signal.aborted) return;
    this.#lost.abort(new SignalboxError('LEASE_LOST', 'it was released'));
    await this.#call(this.#releasing, { hold: this.#number }, callMoreMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  protected async use<Name extends 'serial.read' | 'serial.write' | 'visa.held'>(
    name: Name,
    params: Omit<ResourceCalls[Name], 'hold'>,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<unknown> {
    this.#lost.signal.throwIfAborted();
    try {
      const whole = { ...params, hold: this.#number } as unknown as ResourceCalls[Name];
      return await this.#call(name, whole, timeoutMs, signal);
    } catch (error) {
      if (hasCode(error, 'LEASE_LOST')) this.#lost.abort(error);
      throw error;
    }
  }
}

class RemoteSerialHold extends RemoteHold implements SerialHold {
  readonly actorId: string;

  constructor(actorId: string, number: number, call: Call) {
    super(number, call, 'serial.release');
    this.actorId = actorId;
  }

  async write(data: Uint8Array): Promise<number> {
    return (await this.use('serial.write', { data }, transferMs)) as number;
  }

  async read(bytesMost: number, signal?: AbortSignal): Promise<Uint8Array> {
    return (await this.use('serial.read', { bytesMost }, transferMs, signal)) as Uint8Array;
  }
}

class RemoteVisaHold extends RemoteHold implements ResourceHold {
  constructor(number: number, call: Call) {
    super(number, call, 'visa.release');
  }

  async command(command: string, timeoutMs: number): Promise<string> {
    const params = { command, timeoutMs };
    return (await this.use('visa.held', params, timeoutMs + callMoreMs)) as string;
  }
}

function numberOf(answer: unknown): number {
  return (answer as { readonly hold: number }).hold;
}

function named(resource: string | undefined): { readonly resource?: string } {
  return resource === undefined ? {} : { resource };
}
