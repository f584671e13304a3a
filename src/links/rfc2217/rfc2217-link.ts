import { SignalboxError, systemClock, throwIfCancelled } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { encodeComPort, parseComPort, telnetOptions, TelnetStream } from '../../protocols/index.ts';
import type { ComPortCommand, TelnetEvent } from '../../protocols/index.ts';
import { classifyLinkError } from '../link-error.ts';
import type { Chunk, Link, LinkFactory, SerialLines } from '../link.ts';
import { receivedBytesMost, ReceiveBuffer } from '../receive-buffer.ts';
import { serialSettings } from '../serial/serial-settings.ts';
import type { SerialSettings } from '../serial/serial-settings.ts';
import { TcpLink } from '../tcp/tcp-link.ts';
import type { TcpLinkOptions } from '../tcp/tcp-link.ts';
import { waitAtMost } from '../wait-at-most.ts';
import { Confirmations } from './confirmations.ts';
import { lineCommands, settingCommands } from './line-commands.ts';
import { Pause } from './pause.ts';

/** How long a server may take to agree on its options, and again to confirm what it was told. */
export const serverAnswerMs = 2_000;

/** How long a server may keep us from sending (FLOWCONTROL-SUSPEND) before a write fails. */
export const suspendedMsMost = 4_000;

/** A server that suspends is obeyed after at most so many more bytes. */
const pieceBytes = 16_384;

const { binary, comPort, suppressGoAhead } = telnetOptions;
const options = [binary, suppressGoAhead, comPort];

export interface Rfc2217LinkOptions extends TcpLinkOptions, Partial<SerialSettings> {
  /** Lines to set when the link opens. @default left as the server has them */
  readonly lines?: SerialLines;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * A serial line of a server in the network, spoken to with RFC 2217: its settings are made from here,
 * and bytes go as they are. What arrives before the settings are confirmed (a server's greeting, what
 * another program left unread) is dropped.
 */
export class Rfc2217Link implements Link {
  readonly kind = 'stream';
  readonly address: string;
  readonly #lines: SerialLines;
  readonly #settings: SerialSettings;
  readonly #clock: Clock;
  readonly #tcp: TcpLink;
  readonly #telnet = new TelnetStream({ local: options, remote: options });
  readonly #received: ReceiveBuffer;
  readonly #confirmations: Confirmations;
  readonly #agreed = Promise.withResolvers<void>();
  readonly #suspension = new Pause();
  readonly #fullness = new Pause();
  readonly #ending = new AbortController();
  #lining: Promise<void> = Promise.resolve();
  #isOpen = false;
  #failure: SignalboxError | undefined;

  /** @throws BAD_ARGUMENT for settings that no serial line has */
  constructor(given: Rfc2217LinkOptions) {
    this.address = addressOf(given);
    this.#lines = given.lines ?? {};
    this.#settings = serialSettings(given);
    this.#clock = given.clock ?? systemClock;
    this.#tcp = new TcpLink({ host: given.host, port: given.port }, this.address);
    this.#received = new ReceiveBuffer(this.address);
    this.#confirmations = new Confirmations(this.address);
    this.#agreed.promise.catch(() => {});
  }

  /**
   * @throws LINK_PROTOCOL when the server refuses RFC 2217, LINK_TIMEOUT when it does not answer,
   *   BAD_ARGUMENT when it has other settings than it was given; else as {@link Link.open}
   */
  async open(signal: AbortSignal): Promise<void> {
    await this.#tcp.open(signal);
    try {
      if (this.#failure !== undefined) throw this.#failure;
      void this.#pump();
      await this.#agree(signal);
      const commands = [...settingCommands(this.#settings), ...lineCommands(this.#lines)];
      await this.#command(commands, signal);
      this.#isOpen = true;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async write(data: Uint8Array, { signal }: { end: boolean; signal: AbortSignal }): Promise<void> {
    this.#check();
    throwIfCancelled(signal, `a write to ${this.address}`);
    for (let at = 0; at < data.length; at += pieceBytes) {
      try {
        if (this.#suspension.isOn) await this.#resumed(signal);
        this.#check();
        const piece = this.#telnet.encode(data.subarray(at, at + pieceBytes));
        await this.#tcp.write(piece, { end: false, signal });
      } catch (error) {
        // Nobody knows what a line makes of half a request.
        if (at > 0) this.#fail(this.#gone('was closed after an unfinished write', error));
        throw error;
      }
    }
  }

  read(signal: AbortSignal): Promise<Chunk> {
    if (!this.#isOpen) return Promise.reject(this.#failure ?? this.#gone('is not open'));
    // What waits is taken at once, so there is room again.
    const chunk = this.#received.read(signal);
    if (this.#received.bytes < receivedBytesMost) this.#fullness.end();
    return chunk;
  }

  /**
   * Sets lines in the order of the calls, and waits for the server to confirm.
   * @throws BAD_ARGUMENT when the server did otherwise, LINK_TIMEOUT when it does not say
   */
  async setLines(lines: SerialLines): Promise<void> {
    this.#check();
    const before = this.#lining;
    const setting = (async () => {
      await before.catch(() => {});
      await this.#command(lineCommands(lines), this.#ending.signal);
    })();
    this.#lining = setting;
    await setting;
  }

  async close(): Promise<void> {
    this.#received.clear();
    this.#fail(this.#gone('was closed'));
    await this.#tcp.close();
  }

  /** RFC 2217, section 2: a client says WILL COM-PORT-OPTION. Bytes go as they are: RFC 856. */
  async #agree(signal: AbortSignal): Promise<void> {
    const asked = [
      this.#telnet.ask('local', comPort, true),
      ...[binary, suppressGoAhead].flatMap((option) => [
        this.#telnet.ask('local', option, true),
        this.#telnet.ask('remote', option, true),
      ]),
    ];
    await this.#say(asked, signal);
    await waitAtMost(this.#agreed.promise, {
      clock: this.#clock,
      timeoutMs: serverAnswerMs,
      signal,
      what: `opening ${this.address}`,
      late: () =>
        this.#notRfc2217(
          'LINK_TIMEOUT',
          `did not answer within ${serverAnswerMs} ms whether it speaks RFC 2217`,
        ),
    });
  }

  async #command(commands: readonly ComPortCommand[], signal: AbortSignal): Promise<void> {
    if (commands.length === 0) return;
    const confirmed = Promise.all(
      commands.map(async (command) => await this.#confirmations.expect(command)),
    );
    // What fails first is told; nobody waits for the others.
    confirmed.catch(() => {});
    try {
      await this.#say(
        commands.map((command) => encodeComPort(command, 'client')),
        signal,
      );
      await waitAtMost(confirmed, {
        clock: this.#clock,
        timeoutMs: serverAnswerMs,
        signal,
        what: `setting the line at ${this.address}`,
        late: () => this.#unconfirmed(),
      });
    } finally {
      this.#confirmations.clear();
    }
  }

  async #say(parts: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    await this.#tcp.write(Buffer.concat(parts), { end: false, signal });
  }

  async #resumed(signal: AbortSignal): Promise<void> {
    await waitAtMost(this.#suspension.wait(), {
      clock: this.#clock,
      timeoutMs: suspendedMsMost,
      signal,
      what: `a write to ${this.address}`,
      late: () =>
        new SignalboxError(
          'LINK_TIMEOUT',
          `${this.address} told us to send nothing, and did not let us go on within ${suspendedMsMost} ms`,
          {
            details: { address: this.address, suspendedMsMost },
            nextStep: 'See what holds the serial line: flow control, or an instrument that is off.',
          },
        ),
    });
  }

  /** Takes what comes until the end. Never rejects. */
  async #pump(): Promise<void> {
    const { signal } = this.#ending;
    try {
      for (;;) {
        const { data } = await this.#tcp.read(signal);
        const { events, reply } = this.#telnet.push(data);
        this.#lookWhetherAgreed();
        for (const event of events) this.#hear(event);
        // A server that asks on and on must read our answers, too.
        if (reply.length > 0) await this.#say([reply], signal);
        await this.#fullness.wait();
      }
    } catch (error) {
      this.#fail(classifyLinkError(error, this.address, 'network'));
    }
  }

  #hear(event: TelnetEvent): void {
    if (event.kind === 'data') this.#take(event.data);
    else if (event.kind === 'subnegotiation' && event.option === comPort) {
      const command = parseComPort(event.data, 'server');
      if (command.kind !== 'malformed') this.#obey(command);
    }
  }

  /** A refusal changes nothing, so it is no event. */
  #lookWhetherAgreed(): void {
    if (this.#telnet.isPending('local', comPort)) return;
    if (this.#telnet.isOn('local', comPort)) this.#agreed.resolve();
    else {
      const what = 'speaks telnet without RFC 2217: it refused COM-PORT-OPTION';
      this.#agreed.reject(this.#notRfc2217('LINK_PROTOCOL', what));
    }
  }

  #take(data: Uint8Array): void {
    if (!this.#isOpen) return;
    this.#received.push(data);
    if (this.#received.bytes >= receivedBytesMost) this.#fullness.begin();
  }

  #obey(command: ComPortCommand): void {
    if (command.kind === 'suspend') this.#suspension.begin();
    else if (command.kind === 'resume') this.#suspension.end();
    else this.#confirmations.hear(command);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#isOpen) throw this.#gone('is not open');
  }

  #fail(error: SignalboxError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#received.fail(error);
    this.#agreed.reject(error);
    this.#confirmations.fail(error);
    this.#suspension.end();
    this.#fullness.end();
    this.#ending.abort(error);
    void this.#tcp.close();
  }

  #gone(how: string, cause?: unknown): SignalboxError {
    const { address } = this;
    return new SignalboxError('LINK_COMMUNICATION', `${address} ${how}`, {
      details: { address },
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #unconfirmed(): SignalboxError {
    const { missing } = this.#confirmations;
    return this.#notRfc2217(
      'LINK_TIMEOUT',
      `did not confirm ${missing} within ${serverAnswerMs} ms`,
    );
  }

  #notRfc2217(code: 'LINK_TIMEOUT' | 'LINK_PROTOCOL', what: string): SignalboxError {
    const { address } = this;
    return new SignalboxError(code, `the server at ${address} ${what}`, {
      details: { address },
      nextStep: 'Turn RFC 2217 on in the server; where it passes raw bytes, use its tcp address.',
    });
  }
}

/**
 * Makes links to a serial server for a port.
 * @throws BAD_ARGUMENT at once for settings that no serial line has
 */
export function rfc2217LinkFactory(given: Rfc2217LinkOptions): LinkFactory {
  serialSettings(given);
  return { address: addressOf(given), kind: 'stream', create: () => new Rfc2217Link(given) };
}

function addressOf({ host, port }: TcpLinkOptions): string {
  return `rfc2217://${host}:${port}`;
}
