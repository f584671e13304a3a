import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import { describeOpenProgram, Pty, unreadBytesMost } from '../../links/index.ts';
import type { Port } from '../../ports/index.ts';
import { formatVisaResource } from '../../protocols/index.ts';
import { Session } from '../../sessions/index.ts';
import type { ClientProtocol } from '../../sessions/index.ts';
import { ClientOwner, nameClient } from '../client-owner.ts';
import type { Door, DoorStatus } from '../door.ts';
import { terminalHolder } from './terminal-holder.ts';

export interface VirtualPortOptions {
  readonly name: string;
  /** Where programs find it: a path that stays the same. Only this user may open it. */
  readonly path: string;
  readonly port: Port;
  readonly protocol: ClientProtocol;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told of requests that failed or were dropped, for the log. */
  readonly failed?: (owner: Owner, label: string, error: unknown) => void;
}

/** One client's time at the door. */
interface Visit {
  readonly client: ClientOwner;
  readonly session: Session;
}

/**
 * A serial port for one program that knows nothing of Signalbox: a pseudo-terminal whose bytes are
 * cut into requests. Baud rate and lines that the program sets are its own affair and change nothing.
 * When it leaves, also in the middle of a frame, what it left unfinished goes with it.
 */
export class VirtualPortDoor implements Door {
  readonly name: string;
  readonly #options: VirtualPortOptions;
  readonly #clock: Clock;
  #pty: Pty | undefined;
  #visit: Visit | undefined;
  #visits = 0;
  /** The client leaves answers unread; said once. */
  #isOverrun = false;

  constructor(options: VirtualPortOptions) {
    this.name = options.name;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** @throws LINK_COMMUNICATION, also when another program's virtual port is there */
  async open(): Promise<void> {
    const { path } = this.#options;
    await this.#checkFree();
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const pty = await Pty.open({ stablePath: path });
    this.#pty = pty;
    pty.onPresence((isPresent) => {
      this.#leave();
      if (isPresent) this.#enter(pty);
    });
    pty.onData((data) => {
      // Where the system does not tell of openings, the first byte does.
      this.#visit ??= this.#enter(pty);
      this.#visit.session.push(data);
    });
  }

  status(): DoorStatus {
    const { path, port } = this.#options;
    return {
      name: this.name,
      kind: 'virtual-port',
      address: path,
      resource: formatVisaResource({ kind: 'serial', device: path }),
      serves: { port: port.name },
      clients: this.#visit === undefined ? [] : [this.#visit.client.owner],
    };
  }

  async close(): Promise<void> {
    const pty = this.#pty;
    this.#pty = undefined;
    const session = this.#leave();
    await pty?.close();
    await session?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #enter(pty: Pty): Visit {
    const { port, protocol, failed } = this.#options;
    this.#visits += 1;
    this.#isOverrun = false;
    const client = new ClientOwner(
      {
        id: `${this.name}-${this.#visits}`,
        program: `a program at ${this.name}`,
        door: 'virtual-port',
      },
      this.#clock,
    );
    const { owner } = client;
    const session = new Session({
      port,
      protocol,
      by: owner,
      clock: this.#clock,
      client: {
        send: (data) => this.#send(pty, owner, data),
        failed: (label, error) => failed?.(owner, label, error),
      },
    });
    this.#visit = { client, session };
    nameClient(client, async () => (await pty.clients())[0]);
    return this.#visit;
  }

  /** Gives the session that ended. */
  #leave(): Session | undefined {
    const visit = this.#visit;
    this.#visit = undefined;
    visit?.client.leave();
    void visit?.session.close();
    return visit?.session;
  }

  /** As at a serial port, an answer that the client leaves no room for is lost. */
  #send(pty: Pty, owner: Owner, data: Uint8Array): boolean {
    const isSent = pty.write(data);
    if (!isSent && !this.#isOverrun) {
      const error = new SignalboxError(
        'QUEUE_FULL',
        `${owner.program} leaves ${unreadBytesMost} bytes of ${this.name} unread; answers to it are dropped until it reads`,
        { details: { door: this.name, unreadBytesMost } },
      );
      this.#options.failed?.(owner, 'an answer', error);
    }
    this.#isOverrun = !isSent;
    return true;
  }

  async #checkFree(): Promise<void> {
    const { path } = this.#options;
    const holder = await terminalHolder(path);
    if (holder === undefined) return;
    const by = describeOpenProgram(holder);
    throw new SignalboxError(
      'LINK_COMMUNICATION',
      `${path} is held by ${by}, so door ${this.name} cannot open`,
      {
        details: { path, door: this.name, holder },
        nextStep: 'Stop the program that holds it, or choose another path for the virtual port.',
      },
    );
  }
}
