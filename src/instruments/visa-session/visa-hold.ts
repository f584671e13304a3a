import type { Lease } from '../../ports/index.ts';

/** How a hold has a command done. */
type Command = (command: string, timeoutMs: number, lease: Lease) => Promise<string>;

/** One actor's hold on a VISA resource: until it is released, or its time is over, nobody comes between. */
export class VisaHold implements AsyncDisposable {
  readonly resource: string;
  readonly #lease: Lease;
  readonly #command: Command;

  constructor(resource: string, lease: Lease, command: Command) {
    this.resource = resource;
    this.#lease = lease;
    this.#command = command;
  }

  /** Aborts when the hold has ended; the reason says why. */
  get lost(): AbortSignal {
    return this.#lease.lost;
  }

  /**
   * Sends a command: the response where one is due, an empty text else.
   * @throws LEASE_LOST; as `VisaSessionManager.query`
   */
  async command(command: string, timeoutMs: number): Promise<string> {
    return await this.#command(command, timeoutMs, this.#lease);
  }

  /** Lets others go on. Does nothing when the hold has ended before. */
  async release(): Promise<void> {
    await this.#lease.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
