import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import { Pty } from '../../links/index.ts';
import type { Port } from '../../ports/index.ts';
import { Session } from '../../sessions/index.ts';
import type { ClientProtocol } from '../../sessions/index.ts';
import type { Door, DoorStatus } from '../door.ts';

export interface VirtualPortOptions {
  readonly name: string;
  /** Where programs find it: a path that stays the same. Only this user may open it. */
  readonly path: string;
  readonly port: Port;
  readonly protocol: ClientProtocol;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told of requests that failed, for the log. */
  readonly failed?: (owner: Owner, label: string, error: unknown) => void;
}

let clients = 0;

/**
 * A serial port for one program that knows nothing of Signalbox: a pseudo-terminal whose bytes are
 * cut into requests. Baud rate and lines that the program sets are its own affair and change nothing.
 */
export class VirtualPortDoor implements Door {
  readonly name: string;
  readonly #options: VirtualPortOptions;
  readonly #clock: Clock;
  #pty: Pty | undefined;
  #session: Session | undefined;
  #owner: Owner | undefined;

  constructor(options: VirtualPortOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  async open(): Promise<void> {
    const { path } = this.#options;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const pty = await Pty.open({ stablePath: path });
    this.#pty = pty;
    pty.onPresence((isPresent) => {
      this.#leave();
      if (isPresent) this.#enter();
    });
    pty.onData((data) => {
      this.#enter();
      this.#session?.push(data);
    });
  }

  status(): DoorStatus {
    return {
      name: this.name,
      kind: 'virtual-port',
      address: this.#options.path,
      serves: { port: this.#options.port.name },
      clients: this.#owner === undefined ? [] : [this.#owner],
    };
  }

  async close(): Promise<void> {
    this.#leave();
    await this.#pty?.close();
    this.#pty = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #leave(): void {
    this.#session?.[Symbol.dispose]();
    this.#session = undefined;
    this.#owner = undefined;
  }

  #enter(): void {
    if (this.#session !== undefined) return;
    const { port, protocol, failed } = this.#options;
    clients += 1;
    const owner: { -readonly [Key in keyof Owner]: Owner[Key] } = {
      id: `${this.name}-${clients}`,
      program: `a program at ${this.name}`,
      door: 'virtual-port',
      sinceMs: this.#clock.now(),
    };
    this.#owner = owner;
    this.#session = new Session({
      port,
      protocol,
      by: owner,
      clock: this.#clock,
      answer: (data) => void this.#pty?.write(data),
      failed: (label, error) => failed?.(owner, label, error),
    });
    void this.#name(owner);
  }

  /** Looks up which program it is. It may be gone, or hidden, by the time; then it stays unnamed. */
  async #name(owner: { -readonly [Key in keyof Owner]: Owner[Key] }): Promise<void> {
    const found = await this.#pty?.clients().catch(() => undefined);
    const [client] = found ?? [];
    if (client === undefined) return;
    owner.program = client.program;
    owner.pid = client.pid;
    if (client.user !== undefined) owner.user = client.user;
  }
}
