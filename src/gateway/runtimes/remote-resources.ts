import { hasCode, SignalboxError } from '../../kernel/index.ts';
import type { ActorResources, SerialHold } from '../../instruments/index.ts';
import type { WorkerHost } from '../../links/index.ts';
import type { ResourceCalls } from './resource-functions.ts';

/** A call may take so much longer than what it waits for. */
const callMoreMs = 5_000;
/** What is written or read at a held port ends by itself within this time. */
const transferMs = 600_000;

/** The shared resources as an isolated actor sees them: messages to the gateway, which has the wires. */
export class RemoteResources implements ActorResources {
  readonly #actorId: string;
  readonly #host: WorkerHost;

  constructor(actorId: string, host: WorkerHost) {
    this.#actorId = actorId;
    this.#host = host;
  }

  async acquireSerialPort(
    path: string,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<SerialHold> {
    const params = { path, timeoutMs };
    const answer = (await this.#call('serial.acquire', params, timeoutMs + callMoreMs, signal)) as {
      readonly hold: number;
    };
    return new RemoteHold(this.#actorId, answer.hold, this.#call);
  }

  async enqueueVisaCommand(command: string, timeoutMs: number, resource?: string): Promise<string> {
    const params = { command, timeoutMs, ...(resource === undefined ? {} : { resource }) };
    return (await this.#call('visa.command', params, timeoutMs + callMoreMs)) as string;
  }

  readonly #call = async <Name extends keyof ResourceCalls>(
    name: Name,
    params: ResourceCalls[Name],
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<unknown> =>
    await this.#host.call(name, params, {
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
}

type Call = <Name extends keyof ResourceCalls>(
  name: Name,
  params: ResourceCalls[Name],
  timeoutMs: number,
  signal?: AbortSignal,
) => Promise<unknown>;

class RemoteHold implements SerialHold {
  readonly actorId: string;
  readonly #number: number;
  readonly #call: Call;
  readonly #lost = new AbortController();

  constructor(actorId: string, number: number, call: Call) {
    this.actorId = actorId;
    this.#number = number;
    this.#call = call;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async write(data: Uint8Array): Promise<number> {
    return (await this.#transfer('serial.write', { hold: this.#number, data })) as number;
  }

  async read(bytesMost: number, signal?: AbortSignal): Promise<Uint8Array> {
    const params = { hold: this.#number, bytesMost };
    return (await this.#transfer('serial.read', params, signal)) as Uint8Array;
  }

  async release(): Promise<void> {
    if (this.#lost.signal.aborted) return;
    this.#lost.abort(new SignalboxError('LEASE_LOST', 'the serial port was released'));
    await this.#call('serial.release', { hold: this.#number }, callMoreMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  async #transfer<Name extends 'serial.write' | 'serial.read'>(
    name: Name,
    params: ResourceCalls[Name],
    signal?: AbortSignal,
  ): Promise<unknown> {
    this.#lost.signal.throwIfAborted();
    try {
      return await this.#call(name, params, transferMs, signal);
    } catch (error) {
      if (hasCode(error, 'LEASE_LOST')) this.#lost.abort(error);
      throw error;
    }
  }
}
