import { hasCode, lifeController, raceAbort } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import { vxi11CodeOf, vxi11Errors } from '../../protocols/index.ts';
import type {
  RemoteLocal,
  Vxi11Flags,
  Vxi11LockArgs,
  Vxi11ReadArgs,
  Vxi11ReadResult,
  Vxi11WriteArgs,
  Vxi11WriteResult,
} from '../../protocols/index.ts';
import { linesWaitMs, MessageSession } from '../../sessions/index.ts';
import { ClientLocks } from '../client-locks.ts';
import type { ClientOwner } from '../client-owner.ts';
import { DeviceActions } from '../device-actions.ts';
import type { MessageDevice } from '../message-device.ts';

/**
 * One read gives so much at most, whatever the client asks for: without a reason to end, so that it reads
 * on. VXI-11, section B.6.4.
 */
export const vxi11ReadBytesMost = 1_048_576;
/** Bits of the status byte. IEEE 488.2, 11.2. */
const messageAvailable = 0x10;
const serviceRequested = 0x40;

export interface Vxi11LinkOptions {
  readonly device: MessageDevice;
  readonly client: ClientOwner;
  readonly clock: Clock;
  readonly failed: (owner: Owner, label: string, error: unknown) => void;
  /** Told when it has ended. */
  readonly gone: () => void;
}

/** How long a procedure may wait, and whether for the lock of another link. */
interface Patience {
  readonly flags: Vxi11Flags;
  readonly ioTimeoutMs: number;
  readonly lockTimeoutMs: number;
}

/** One link of a client to an instrument: a conversation, and at most one lock. VXI-11, section B.4. */
export class Vxi11Link {
  readonly #options: Vxi11LinkOptions;
  readonly #life = lifeController();
  readonly #session: MessageSession;
  readonly #locks: ClientLocks;
  readonly #actions: DeviceActions;
  #requests: Disposable | undefined;
  #isServiceRequested = false;
  #underWay = new AbortController();

  constructor(options: Vxi11LinkOptions) {
    this.#options = options;
    const { device, client, clock, failed } = options;
    const { instrument, protocol } = device;
    const { owner } = client;
    this.#locks = new ClientLocks({ instrument, by: owner, clock, gone: this.#life.signal });
    this.#session = new MessageSession({
      port: instrument.port,
      protocol,
      by: owner,
      clock,
      mode: 'synchronized',
      waitMs: linesWaitMs,
      lease: () => this.#locks.lease,
      faulty: (error) => failed(owner, 'a response', error),
    });
    this.#actions = new DeviceActions(device, this.#session);
  }

  get owner(): Owner {
    return this.#options.client.owner;
  }

  /** VXI-11, section B.6.3, device_write. */
  async write(args: Vxi11WriteArgs): Promise<Vxi11WriteResult> {
    const { data, flags } = args;
    if (this.#isLockedOut(args)) return { error: vxi11Errors.lockedByAnotherLink, size: 0 };
    const waitMs = this.#waitMs(args);
    // Until the other link has let it go: then a query is on its way as well as a command.
    const untilTurn = this.#locks.isLockedOut;
    const error = await this.#guard(
      async (signal) => await this.#session.write(data, flags.end, { waitMs, signal, untilTurn }),
    );
    return { error, size: error === vxi11Errors.none ? data.length : 0 };
  }

  /** VXI-11, section B.6.4, device_read: until one of its reasons to end, or its time. */
  async read(args: Vxi11ReadArgs): Promise<Vxi11ReadResult> {
    const parts: Uint8Array[] = [];
    const reason = { requestCount: false, terminator: false, end: false };
    if (this.#isLockedOut(args)) {
      return { error: vxi11Errors.lockedByAnotherLink, reason, data: new Uint8Array() };
    }
    const { clock } = this.#options;
    const endByte = args.flags.terminatorSet ? args.terminator : undefined;
    const patienceMs = this.#locks.isLockedOut ? this.#waitMs(args) : args.ioTimeoutMs;
    const untilMs = clock.monotonic() + patienceMs;
    const left = { asked: args.requestBytes, held: vxi11ReadBytesMost };
    const error = await this.#guard(async (signal) => {
      while (!reason.requestCount && !reason.terminator && !reason.end && left.held > 0) {
        const timeoutMs = Math.max(0, untilMs - clock.monotonic());
        const bytesMost = Math.min(left.asked, left.held);
        const wish = { bytesMost, endByte, timeoutMs, signal };
        const { data, isEnd } = await this.#session.read(wish);
        parts.push(data);
        left.asked -= data.length;
        left.held -= data.length;
        reason.requestCount = left.asked <= 0;
        reason.terminator = endByte !== undefined && data.at(-1) === endByte;
        reason.end = isEnd;
      }
    });
    return { error, reason, data: Buffer.concat(parts) };
  }

  /** The instrument's status byte, with what is known here. VXI-11, section B.6.7, device_readstb. */
  async readStatusByte(patience: Patience): Promise<{
    readonly error: number;
    readonly statusByte: number;
  }> {
    let statusByte = 0;
    if (this.#isLockedOut(patience)) {
      return { error: vxi11Errors.lockedByAnotherLink, statusByte };
    }
    const { ioTimeoutMs: waitMs } = patience;
    const error = await this.#guard(async (signal) => {
      statusByte = await this.#actions.readStatusByte({ waitMs, signal });
    });
    const available = this.#session.isMessageAvailable ? messageAvailable : 0;
    const requested = this.#isServiceRequested ? serviceRequested : 0;
    if (error === vxi11Errors.none) this.#isServiceRequested = false;
    return { error, statusByte: (statusByte & ~messageAvailable) | available | requested };
  }

  /** device_enable_srq: `request` is told of each service request from now on, or nobody is. */
  enableServiceRequests(request: (() => void) | undefined): void {
    this.#requests?.[Symbol.dispose]();
    this.#requests =
      request === undefined
        ? undefined
        : this.#options.device.serviceRequests.subscribe(() => {
            this.#isServiceRequested = true;
            request();
          });
  }

  /** device_remote and device_local. */
  async setRemote(request: RemoteLocal, patience: Patience): Promise<number> {
    if (this.#isLockedOut(patience)) return vxi11Errors.lockedByAnotherLink;
    const waitMs = this.#waitMs(patience);
    return await this.#guard(
      async (signal) => await this.#actions.setRemote(request, { waitMs, signal }),
    );
  }

  async trigger(patience: Patience): Promise<number> {
    if (this.#isLockedOut(patience)) return vxi11Errors.lockedByAnotherLink;
    const waitMs = this.#waitMs(patience);
    return await this.#guard(async (signal) => await this.#actions.trigger({ waitMs, signal }));
  }

  async clear(patience: Patience): Promise<number> {
    if (this.#isLockedOut(patience)) return vxi11Errors.lockedByAnotherLink;
    const waitMs = this.#waitMs(patience);
    return await this.#guard(async (signal) => await this.#actions.clear({ waitMs, signal }));
  }

  /** VXI-11, section B.6.9, device_lock. */
  async lock({ flags, lockTimeoutMs }: Omit<Vxi11LockArgs, 'linkId'>): Promise<number> {
    if (this.#locks.has('exclusive')) return vxi11Errors.lockedByAnotherLink;
    const waitMs = flags.waitLock ? lockTimeoutMs : 0;
    return await this.#guard(async () => await this.#locks.acquire('exclusive', waitMs));
  }

  async unlock(): Promise<number> {
    const released = await this.#locks.release();
    return released === undefined ? vxi11Errors.noLockHeld : vxi11Errors.none;
  }

  /** device_abort: what is under way ends with the error `abort`. VXI-11, section B.6.6. */
  abort(): void {
    this.#underWay.abort();
    this.#underWay = new AbortController();
    this.#locks.cancelWaits();
  }

  async close(): Promise<void> {
    this.#options.client.leave();
    this.#options.gone();
    this.enableServiceRequests(undefined);
    this.abort();
    this.#life.abort();
    await this.#session.close();
  }

  /** Whether to fail at once, because another link has the lock and this one will not wait for it. */
  #isLockedOut({ flags, lockTimeoutMs }: Patience): boolean {
    return this.#locks.isLockedOut && (!flags.waitLock || lockTimeoutMs === 0);
  }

  /** How long something may be in line: VXI-11, section B.5.3. */
  #waitMs({ flags, ioTimeoutMs, lockTimeoutMs }: Patience): number {
    return ioTimeoutMs + (flags.waitLock ? lockTimeoutMs : 0);
  }

  /** @returns the error code that `work` came to */
  async #guard(work: (signal: AbortSignal) => Promise<void>): Promise<number> {
    const { signal } = this.#underWay;
    try {
      await raceAbort(work(signal), signal, 'a call');
      return vxi11Errors.none;
    } catch (error) {
      if (hasCode(error, 'WAIT_TIMEOUT')) {
        return this.#locks.isLockedOut ? vxi11Errors.lockedByAnotherLink : vxi11Errors.ioTimeout;
      }
      const isOwn = hasCode(error, 'CANCELLED');
      if (!isOwn) this.#options.failed(this.owner, 'a call', error);
      return vxi11CodeOf(error);
    }
  }
}
