import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { isLoopback, plainAddress } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';

/** So many programs that name themselves are remembered; the one that asked longest ago goes first. */
export const rememberedOwnersMost = 1_024;
/** Longer names are cut. */
export const programLengthMost = 100;

/** What a client says of itself. Informational: nothing is allowed because of it. */
export interface Introduction {
  readonly program?: string | undefined;
  /** Tells a client apart from others of the same name, whatever connections it uses. */
  readonly client?: string | undefined;
  readonly pid?: string | undefined;
  readonly user?: string | undefined;
}

/**
 * Who asks. A program that sends `Signalbox-Client` or `Signalbox-Pid` is one owner however many
 * connections it uses; of any other, each connection is an owner of its own.
 */
export class OwnerBook {
  readonly #clock: Clock;
  readonly #named = new Map<string, Owner>();
  readonly #connected = new WeakMap<Socket, Map<string, Owner>>();
  readonly #inside = new Map<Owner, number>();
  #count = 0;
  #onEmpty: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The owner of a request; the same object for the same owner. */
  of(request: IncomingMessage, introduction: Introduction = introductionOf(request)): Owner {
    const remote = plainAddress(request.socket.remoteAddress);
    const isLocal = isLoopback(remote);
    const program = cleaned(introduction.program) ?? 'unnamed program';
    const client = cleaned(introduction.client);
    const pid = isLocal ? pidOf(introduction.pid) : undefined;
    const user = isLocal ? cleaned(introduction.user) : undefined;
    const make = (): Owner => ({
      id: `http-${(this.#count += 1)}`,
      program,
      door: 'http',
      sinceMs: this.#clock.now(),
      ...(isLocal ? {} : { host: remote }),
      ...(pid === undefined ? {} : { pid }),
      ...(user === undefined ? {} : { user }),
    });
    const key = JSON.stringify([program, remote, client, pid, user]);
    return client === undefined && pid === undefined
      ? this.#ofConnection(request.socket, key, make)
      : this.#ofName(key, make);
  }

  /** Counts an owner as inside until disposed. */
  enter(owner: Owner): Disposable {
    this.#inside.set(owner, (this.#inside.get(owner) ?? 0) + 1);
    let isInside = true;
    return {
      [Symbol.dispose]: () => {
        if (!isInside) return;
        isInside = false;
        const left = (this.#inside.get(owner) ?? 1) - 1;
        if (left > 0) this.#inside.set(owner, left);
        else this.#inside.delete(owner);
        if (this.#inside.size === 0) this.#onEmpty?.();
      },
    };
  }

  /** Whose requests or streams are under way. */
  inside(): Owner[] {
    return [...this.#inside.keys()];
  }

  /** Calls `run` when nobody is inside any more. */
  whenEmpty(run: () => void): void {
    this.#onEmpty = run;
  }

  #ofConnection(socket: Socket, key: string, make: () => Owner): Owner {
    const owners = this.#connected.get(socket) ?? new Map<string, Owner>();
    this.#connected.set(socket, owners);
    return remember(owners, key, make);
  }

  #ofName(key: string, make: () => Owner): Owner {
    return remember(this.#named, key, make);
  }
}

/** What the headers of a request say of who asks. */
export function introductionOf({ headers }: IncomingMessage): Introduction {
  return {
    program: single(headers['signalbox-program']) ?? headers['user-agent'],
    client: single(headers['signalbox-client']),
    pid: single(headers['signalbox-pid']),
    user: single(headers['signalbox-user']),
  };
}

function remember(owners: Map<string, Owner>, key: string, make: () => Owner): Owner {
  const owner = owners.get(key) ?? make();
  owners.delete(key);
  owners.set(key, owner);
  if (owners.size > rememberedOwnersMost) {
    for (const oldest of owners.keys()) {
      owners.delete(oldest);
      break;
    }
  }
  return owner;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** Without what would forge a line of a log. */
function cleaned(text: string | undefined): string | undefined {
  const clean = text
    ?.replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, programLengthMost);
  return clean === '' ? undefined : clean;
}

function pidOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
}
