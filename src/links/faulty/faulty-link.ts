import { raceAbort, SignalboxError } from '../../kernel/index.ts';
import { classifyLinkError } from '../link-error.ts';
import type { LinkMedium } from '../link-error.ts';
import type { Chunk, Link, SerialLines } from '../link.ts';
import type { ReportedError } from './link-fault.ts';
import type { LinkFaultPlan } from './link-fault-plan.ts';
import { reportedError } from './reported-error.ts';

/**
 * A link that goes wrong as its plan says, and else does what the link inside it does. Its errors
 * are classed as those of the real ones are.
 */
export class FaultyLink implements Link {
  readonly address: string;
  readonly kind: Link['kind'];
  readonly clear?: (signal: AbortSignal) => Promise<void>;
  readonly setLines?: (lines: SerialLines) => Promise<void>;
  readonly #inner: Link;
  readonly #plan: LinkFaultPlan;
  readonly #medium: LinkMedium;
  readonly #hangs = new Set<'read' | 'write'>();
  readonly #broken = Promise.withResolvers<never>();
  #failure: SignalboxError | undefined;

  constructor(inner: Link, plan: LinkFaultPlan, medium: LinkMedium) {
    this.address = inner.address;
    this.kind = inner.kind;
    this.#inner = inner;
    this.#plan = plan;
    this.#medium = medium;
    // Nobody has to wait for it.
    this.#broken.promise.catch(() => {});
    if (inner.clear !== undefined) this.clear = inner.clear.bind(inner);
    if (inner.setLines !== undefined) this.setLines = inner.setLines.bind(inner);
  }

  async open(signal: AbortSignal): Promise<void> {
    const fault = this.#plan.next('open');
    switch (fault?.kind) {
      case undefined:
        await this.#inner.open(signal);
        return;
      case 'hang':
        await this.#hang('opening', signal);
        return;
      case 'error':
        throw await this.#break(this.#reported(fault.error, 'open'));
      case 'close':
        await this.#inner.open(signal);
        throw await this.#break(this.#closedByOther());
    }
  }

  async write(data: Uint8Array, options: { end: boolean; signal: AbortSignal }): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#hangs.has('write')) await this.#hang('a write to', options.signal);
    const fault = this.#plan.next('write');
    switch (fault?.kind) {
      case 'error':
        throw await this.#break(this.#reported(fault.error, 'write'));
      case 'hang':
        this.#hangs.add('write');
        await this.#hang('a write to', options.signal);
        return;
      case 'close':
        await this.#inner.write(firstHalf(data), options);
        throw await this.#break(this.#closedByOther());
      case 'short':
        await this.#inner.write(firstHalf(data), options);
        return;
      case 'garble':
        await this.#inner.write(this.#plan.garble(data), options);
        return;
      case undefined:
        await this.#orFailure(this.#inner.write(data, options));
    }
  }

  async read(signal: AbortSignal): Promise<Chunk> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#hangs.has('read')) await this.#hang('a read of', signal);
      const chunk = await this.#orFailure(this.#inner.read(signal));
      const data = await this.#received(chunk.data, signal);
      // A read gives at least one byte, and half of one is none.
      if (data.length > 0) return { ...chunk, data };
    }
  }

  async close(): Promise<void> {
    await this.#break(
      new SignalboxError('LINK_COMMUNICATION', `${this.address} was closed`, {
        details: { address: this.address },
      }),
    );
  }

  /** What comes out of bytes that have arrived. */
  async #received(data: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const fault = this.#plan.next('read');
    switch (fault?.kind) {
      case 'error':
        throw await this.#break(this.#reported(fault.error, 'read'));
      case 'hang':
        this.#hangs.add('read');
        return await this.#hang('a read of', signal);
      case 'close':
        // The bytes that passed are read first, as with a real connection.
        void this.#break(this.#closedByOther());
        return firstHalf(data);
      case 'short':
        return firstHalf(data);
      case 'garble':
        return this.#plan.garble(data);
      case undefined:
        return data;
    }
  }

  /** A break that one operation meets ends the others under way, with the same error. */
  async #orFailure<T>(operation: Promise<T> | T): Promise<T> {
    try {
      return await operation;
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  async #hang(what: string, signal: AbortSignal): Promise<never> {
    return await raceAbort(this.#broken.promise, signal, `${what} ${this.address}`);
  }

  async #break(failure: SignalboxError): Promise<SignalboxError> {
    this.#failure ??= failure;
    this.#broken.reject(this.#failure);
    await this.#inner.close();
    return this.#failure;
  }

  #reported(error: ReportedError, call: string): SignalboxError {
    return classifyLinkError(reportedError(error, call), this.address, this.#medium);
  }

  #closedByOther(): SignalboxError {
    return new SignalboxError(
      this.#medium === 'device' ? 'LINK_USB' : 'LINK_COMMUNICATION',
      `${this.address} was closed by the other side`,
      { details: { address: this.address } },
    );
  }
}

function firstHalf(data: Uint8Array): Uint8Array {
  return data.subarray(0, Math.floor(data.length / 2));
}
