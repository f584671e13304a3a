import { hasCode, longestTimerMs, SignalboxError } from '../../kernel/index.ts';
import { asOneChain, inOrder, serialPortRank, visaRank } from '../../instruments/index.ts';
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
  #holds = 0;

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
    const hold = new RemoteSerialHold(this.#actorId, this.#nextHold(), this.#call);
    const params = { hold: hold.number, path, timeoutMs };
    await hold.take(this.#call('serial.acquire', params, timeoutMs + callMoreMs, signal));
    taken(hold.ended);
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
    const hold = new RemoteVisaHold(this.#nextHold(), this.#call);
    const params = { hold: hold.number, timeoutMs, ...named(resource) };
    await hold.take(this.#call('visa.hold', params, timeoutMs + callMoreMs, signal));
    taken(hold.ended);
    return hold;
  }

  async inOrder<Result>(run: () => Promise<Result>): Promise<Result> {
    return await asOneChain(this.#actorId, run);
  }

  #nextHold(): number {
    this.#holds += 1;
    return this.#holds;
  }
}

/** What the gateway holds under a number. */
class RemoteHold {
  readonly number: number;
  readonly #call: Call;
  readonly #kind: 'serial' | 'visa';
  readonly #lost = new AbortController();
  #isWatched = false;

  constructor(number: number, call: Call, kind: 'serial' | 'visa') {
    this.number = number;
    this.#call = call;
    this.#kind = kind;
  }

  /** As {@link lost}, but only for what is noticed here. */
  get ended(): AbortSignal {
    return this.#lost.signal;
  }

  /** The gateway is asked to tell of it as soon as somebody wants to know. */
  get lost(): AbortSignal {
    if (!this.#isWatched) {
      this.#isWatched = true;
      const watched = this.#call(`${this.#kind}.untilLost`, { hold: this.number }, longestTimerMs);
      watched.then(
        () => this.#lose('it has ended'),
        () => {},
      );
    }
    return this.#lost.signal;
  }

  /** Waits until it is granted. What is not waited for to the end is given back, should it be granted. */
  async take(granted: Promise<unknown>): Promise<void> {
    try {
      await granted;
    } catch (error) {
      this.#giveBack().catch(() => {});
      throw error;
    }
  }

  async release(): Promise<void> {
    if (this.#lost.signal.aborted) return;
    this.#lose('it was released');
    await this.#giveBack();
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
      const whole = { ...params, hold: this.number } as unknown as ResourceCalls[Name];
      return await this.#call(name, whole, timeoutMs, signal);
    } catch (error) {
      if (hasCode(error, 'LEASE_LOST')) this.#lost.abort(error);
      throw error;
    }
  }

  #lose(why: string): void {
    if (!this.#lost.signal.aborted) this.#lost.abort(new SignalboxError('LEASE_LOST', why));
  }

  async #giveBack(): Promise<void> {
    await this.#call(`${this.#kind}.release`, { hold: this.number }, callMoreMs);
  }
}

class RemoteSerialHold extends RemoteHold implements SerialHold {
  readonly actorId: string;

  constructor(actorId: string, number: number, call: Call) {
    super(number, call, 'serial');
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
    super(number, call, 'visa');
  }

  async command(command: string, timeoutMs: number): Promise<string> {
    const params = { command, timeoutMs };
    return (await this.use('visa.held', params, timeoutMs + callMoreMs)) as string;
  }
}

function named(resource: string | undefined): { readonly resource?: string } {
  return resource === undefined ? {} : { resource };
}
