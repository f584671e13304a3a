import { asSignalboxError, hasCode, SignalboxError, systemClock } from '../../kernel/index.ts';
import type { Clock, Owner } from '../../kernel/index.ts';
import { visaLinkFactory } from '../../links/index.ts';
import type { LinkFactory, VisaLinkOptions } from '../../links/index.ts';
import { mapTransaction, Port } from '../../ports/index.ts';
import type {
  Lease,
  PortStatistics,
  Priority,
  Resynchronization,
  Transaction,
} from '../../ports/index.ts';
import { isQuery } from '../../protocols/index.ts';
import { ScpiDriver } from '../drivers/scpi/scpi-driver.ts';
import { inOrder, visaRank } from '../shared-resources/lock-order.ts';
import type { ReplyPolicy } from '../drivers/scpi/scpi-driver.ts';
import { VisaHold } from './visa-hold.ts';

/** How long a command may take, from being asked for to its response, unless it is told otherwise. */
export const visaTimeoutMs = 2_000;
/** A hold that nobody releases ends after so long. */
export const visaHoldMs = 30_000;
/** A batch holds so many commands at most. */
export const batchCommandsMost = 1_000;

export interface VisaSessionOptions extends VisaLinkOptions {
  /** How long a command may take in all. @default {@link visaTimeoutMs} */
  readonly timeoutMs?: number;
  /** What ends a message, and over a raw socket or serial line a response. @default a line feed */
  readonly terminator?: string;
  /** Whether a message is answered. @default 'scpi': when it holds a query */
  readonly reply?: ReplyPolicy;
  /** A port that exists already, whose other users count too. @default one of its own */
  readonly port?: Port;
  /** Whether the link of `port` marks the end of each message. @default as the resource name says */
  readonly isMessageLink?: boolean;
  /** What opens the link. @default what the resource name says */
  readonly link?: LinkFactory;
  /** @default systemClock */
  readonly clock?: Clock;
}

export interface VisaCommandOptions {
  /** From being asked for to the response. @default that of the session */
  readonly timeoutMs?: number;
  /** Who asks: owners take turns. @default 'anonymous' */
  readonly owner?: string;
  /** @default 'interactive' */
  readonly priority?: Priority;
  /** Takes the command back. */
  readonly signal?: AbortSignal;
}

/** What went through a session. */
export interface VisaStatistics extends PortStatistics {
  /** How many wait now. */
  readonly queueDepth: number;
}

/**
 * One instrument, and the queue of all parts of a program that use it. A query is one transaction with
 * its response. A command whose caller's time is over while it waits is never executed; one that is
 * under way by then is finished, and its response goes to nobody.
 */
export class VisaSessionManager implements AsyncDisposable {
  readonly resource: string;
  readonly #port: Port;
  readonly #ownsPort: boolean;
  readonly #driver: ScpiDriver;
  readonly #timeoutMs: number;
  readonly #clock: Clock;

  /**
   * @param resource a VISA resource name: `TCPIP0::192.168.1.100::INSTR`
   * @throws BAD_ARGUMENT for a name that means nothing, or settings that cannot be
   */
  constructor(resource: string, options: VisaSessionOptions = {}) {
    const { clock = systemClock, timeoutMs = visaTimeoutMs, terminator, reply } = options;
    this.resource = resource;
    this.#timeoutMs = checkedTimeout(timeoutMs);
    this.#clock = clock;
    this.#ownsPort = options.port === undefined;
    const link = (): LinkFactory => options.link ?? visaLinkFactory(resource, options);
    const isMessageLink = options.isMessageLink ?? link().kind === 'message';
    this.#driver = new ScpiDriver({
      parameters: [],
      timeoutMs,
      isMessageLink,
      ...(terminator === undefined ? {} : { terminator }),
      ...(reply === undefined ? {} : { reply }),
    });
    this.#port = options.port ?? portOf(resource, link(), clock);
    if (this.#ownsPort) this.#port.open();
  }

  /** How many commands wait; the one under way is none of them. */
  get queueDepth(): number {
    return this.#port.status().queue.length;
  }

  get statistics(): VisaStatistics {
    return { ...this.#port.statistics(), queueDepth: this.queueDepth };
  }

  /**
   * Asks, and gives the response without its end.
   * @throws WAIT_TIMEOUT when it was not its turn in time, INSTRUMENT_TIMEOUT when no response came in
   *   time; VALUE_INVALID for a line feed in it; CANCELLED, DEADLOCK, QUEUE_FULL, CLOSED and what the
   *   link throws
   */
  async query(command: string, options: VisaCommandOptions = {}): Promise<string> {
    return await this.#run(command, true, options, undefined);
  }

  /** Sends what is answered by nothing. @throws as {@link query} */
  async write(command: string, options: VisaCommandOptions = {}): Promise<void> {
    await this.#run(command, false, options, undefined);
  }

  /**
   * Puts a command in line: the response where one is due, an empty text else.
   * @param timeoutMs from now to the response
   * @param owner who asks
   * @param signal takes the command back
   * @throws as {@link query}
   */
  async enqueueCommand(
    command: string,
    timeoutMs: number,
    owner: string,
    signal?: AbortSignal,
  ): Promise<string> {
    const options = { timeoutMs, owner, ...(signal === undefined ? {} : { signal }) };
    return await this.#run(command, this.#isAnswered(command), options, undefined);
  }

  /**
   * Several commands with nobody in between; the first that fails ends it.
   * @returns a response for each; an empty text for those that have none
   * @throws as {@link query}; BAD_ARGUMENT for more than {@link batchCommandsMost}
   */
  async batch(
    commands: readonly string[],
    options: VisaCommandOptions = {},
  ): Promise<readonly string[]> {
    if (commands.length > batchCommandsMost) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `a batch of ${commands.length} commands; the longest allowed has ${batchCommandsMost}`,
      );
    }
    for (const command of commands) this.#driver.send(command);
    const { owner, signal } = options;
    const timeoutMs = checkedTimeout(options.timeoutMs ?? this.#timeoutMs);
    const deadlineMs = this.#clock.monotonic() + timeoutMs;
    await using lease = await this.#port.lease({
      by: this.#ownerOf(owner),
      waitMs: timeoutMs,
      holdMs: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    const responses: string[] = [];
    for (const command of commands) {
      const leftMs = Math.max(1, deadlineMs - this.#clock.monotonic());
      const each = { ...options, timeoutMs: leftMs };
      responses.push(await this.#run(command, this.#isAnswered(command), each, lease));
    }
    return responses;
  }

  /**
   * Holds the resource for several commands with something else between them. Take serial ports before.
   * @param options.timeoutMs how long it waits in line
   * @param options.holdMs then it ends by itself. @default {@link visaHoldMs}
   * @throws WAIT_TIMEOUT, LOCK_ORDER, CANCELLED, DEADLOCK, CLOSED
   */
  async hold(
    options: Omit<VisaCommandOptions, 'priority'> & { readonly holdMs?: number } = {},
  ): Promise<VisaHold> {
    const { owner, signal, holdMs = visaHoldMs } = options;
    const taken = inOrder(`VISA resource ${this.resource}`, visaRank);
    const lease = await this.#port.lease({
      by: this.#ownerOf(owner),
      waitMs: checkedTimeout(options.timeoutMs ?? this.#timeoutMs),
      holdMs,
      ...(signal === undefined ? {} : { signal }),
    });
    taken(lease.lost);
    return new VisaHold(
      this.resource,
      lease,
      async (command, timeoutMs, held) =>
        await this.#run(command, this.#isAnswered(command), { timeoutMs }, held),
    );
  }

  /**
   * Opens the connection anew, in its turn: nobody's command is broken by it.
   * @throws LINK_TIMEOUT when it does not come back in time; WAIT_TIMEOUT, CLOSED
   */
  async reconnect(options: Omit<VisaCommandOptions, 'priority'> = {}): Promise<void> {
    const { owner, signal } = options;
    const waitMs = checkedTimeout(options.timeoutMs ?? this.#timeoutMs);
    const by = this.#ownerOf(owner);
    await this.#port.reconnect({ by, waitMs, ...(signal === undefined ? {} : { signal }) });
  }

  /** Takes nothing new, finishes what is in line, and gives the instrument back. */
  async close(): Promise<void> {
    if (this.#ownsPort) await this.#port.drain();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #isAnswered(command: string): boolean {
    return this.#driver.expectsReply(command, isQuery(command));
  }

  async #run(
    command: string,
    isAnswered: boolean,
    options: VisaCommandOptions,
    lease: Lease | undefined,
  ): Promise<string> {
    const { owner, priority, signal } = options;
    const timeoutMs = checkedTimeout(options.timeoutMs ?? this.#timeoutMs);
    const transaction: Transaction<string> = isAnswered
      ? this.#driver.query(command)
      : mapTransaction(this.#driver.send(command), () => '');
    const late = new AbortController();
    const by = lease?.owner ?? this.#ownerOf(owner);
    const asked = this.#port.transact({ ...transaction, timeoutMs }, by, {
      waitMs: timeoutMs,
      signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
      ...(lease === undefined ? {} : { lease }),
      ...(priority === undefined ? {} : { priority }),
    });
    // Behind the port's own, so that one that was still in line is told of as that.
    const timer = this.#clock.schedule(timeoutMs, () => late.abort(noResponse(command, timeoutMs)));
    try {
      return await asked;
    } catch (error) {
      if (!hasCode(error, 'WAIT_TIMEOUT', 'INSTRUMENT_TIMEOUT')) throw error;
      throw timedOut(asSignalboxError(error));
    } finally {
      timer.cancel();
    }
  }

  #ownerOf(owner = 'anonymous'): Owner {
    return {
      id: `${this.resource}:${owner}`,
      program: owner,
      door: 'inline',
      sinceMs: this.#clock.now(),
    };
  }
}

function portOf(name: string, link: LinkFactory, clock: Clock): Port {
  return new Port({ name, link, clock, resynchronization: resynchronizationOf(link) });
}

/** What makes sure that a late response is nobody's. */
function resynchronizationOf({ kind, address }: LinkFactory): Resynchronization {
  if (kind === 'message') return { kind: 'clear' };
  // A serial line goes on with what was under way, however often it is opened.
  return { kind: address.startsWith('/') ? 'quiet' : 'reconnect' };
}

/** @throws BAD_ARGUMENT for a wait that would not end, or is over before it begins */
function checkedTimeout(timeoutMs: number): number {
  if (Number.isFinite(timeoutMs) && timeoutMs > 0) return timeoutMs;
  throw new SignalboxError('BAD_ARGUMENT', `a timeout of ${timeoutMs} ms: it must be above 0`);
}

function noResponse(command: string, timeoutMs: number): SignalboxError {
  return new SignalboxError(
    'INSTRUMENT_TIMEOUT',
    `no response to ${command.slice(0, 60)} within ${timeoutMs} ms`,
    { details: { timeoutMs } },
  );
}

/** Programs look for this word. */
function timedOut(error: SignalboxError): SignalboxError {
  const { code, message, details } = error;
  return new SignalboxError(code, `timeout: ${message}`, { details, cause: error });
}
