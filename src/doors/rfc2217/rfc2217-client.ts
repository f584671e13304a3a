import type { Socket } from 'node:net';
import type { Owner } from '../../kernel/index.ts';
import type { Transaction } from '../../ports/index.ts';
import {
  encodeComPort,
  modemStateBits,
  parseComPort,
  telnetOptions,
  TelnetStream,
} from '../../protocols/index.ts';
import type { ComPortCommand, TelnetEvent } from '../../protocols/index.ts';
import { Session } from '../../sessions/index.ts';
import type { ClientOwner } from '../client-owner.ts';
import { socketUnreadBytesMost } from '../socket/socket-client.ts';
import { ReadingHold } from '../tcp/reading-hold.ts';
import { socketOwner } from '../tcp/socket-owner.ts';
import type { TcpClient, TcpClientFacts } from '../tcp/tcp-clients.ts';
import { lineChange } from './line-control.ts';
import { VirtualLine } from './virtual-line.ts';
import type { ControlCommand, LineSettings } from './virtual-line.ts';

const { binary, suppressGoAhead, comPort } = telnetOptions;
const telnetOptionsUsed: readonly number[] = [binary, suppressGoAhead, comPort];
const { clearToSend, dataSetReady, carrierDetect } = modemStateBits;

export interface Rfc2217ClientOptions extends TcpClientFacts {
  readonly settings: LineSettings;
  /** Whether its controls set the lines of the wire, and not only its own. */
  readonly hasLineControl: boolean;
}

/** One program at an RFC 2217 door: telnet around what a virtual serial port would give it. */
export class Rfc2217Client implements TcpClient {
  readonly #options: Rfc2217ClientOptions;
  readonly #socket: Socket;
  readonly #hold: ReadingHold;
  readonly #client: ClientOwner;
  readonly #session: Session;
  readonly #telnet = new TelnetStream({
    local: telnetOptionsUsed,
    remote: telnetOptionsUsed,
  });
  readonly #line: VirtualLine;
  readonly #closed = Promise.withResolvers<void>();
  /** The client wants nothing until it says so. */
  #isSuspended = false;

  constructor(socket: Socket, options: Rfc2217ClientOptions) {
    const { ownerId, port, protocol, clock, failed, gone } = options;
    this.#options = options;
    this.#socket = socket;
    this.#hold = new ReadingHold(socket);
    this.#line = new VirtualLine(options.settings);
    this.#client = socketOwner(socket, { id: ownerId, door: 'rfc2217' }, clock);
    const { owner } = this.#client;
    this.#session = new Session({
      port,
      protocol,
      by: owner,
      clock,
      client: {
        send: (data) => this.#send(data),
        hold: (isHeld) => this.#hold.set('requests', isHeld),
        failed: (label, error) => failed(owner, label, error),
      },
    });
    // Bytes go as they are, both ways: RFC 856.
    this.#write(this.#telnet.ask('local', binary, true));
    this.#write(this.#telnet.ask('remote', binary, true));
    socket.on('data', (chunk: Uint8Array) => this.#take(chunk));
    socket.on('drain', () => {
      this.#hold.set('unread', false);
      if (!this.#isSuspended) this.#session.resume();
    });
    // A client that resets its connection has only gone; `close` follows.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      gone();
      this.#client.leave();
      void this.#session.close().then(this.#closed.resolve);
    });
  }

  get owner(): Owner {
    return this.#client.owner;
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#closed.promise;
  }

  #take(chunk: Uint8Array): void {
    const { events, reply } = this.#telnet.push(chunk);
    this.#write(reply);
    for (const event of events) this.#hear(event);
  }

  #hear(event: TelnetEvent): void {
    if (event.kind === 'data') this.#session.push(event.data);
    else if (event.kind === 'subnegotiation' && event.option === comPort) {
      const command = parseComPort(event.data, 'client');
      if (command.kind !== 'malformed') this.#obey(command);
    } else if (event.kind === 'option' && event.option === comPort && event.isOn) {
      this.#tellModemState();
    }
  }

  #obey(command: ComPortCommand): void {
    if (command.kind === 'suspend') this.#isSuspended = true;
    if (command.kind === 'resume') {
      this.#isSuspended = false;
      this.#session.resume();
    }
    const { clock, hasLineControl } = this.#options;
    const isForWire = command.kind === 'control' && hasLineControl;
    const change = isForWire ? lineChange(command.control, clock) : undefined;
    if (isForWire && change !== undefined) void this.#change(command, change);
    else this.#confirm(command);
    if (command.kind === 'modem-state-mask') this.#tellModemState();
  }

  #confirm(command: ComPortCommand): void {
    const answer = this.#line.confirm(command);
    if (answer !== undefined) this.#write(encodeComPort(answer, 'server'));
  }

  /** Is confirmed when it has been done; else the client hears how the line is, and waits for nothing. */
  async #change(command: ControlCommand, change: Transaction<void>): Promise<void> {
    const { port, protocol, failed } = this.#options;
    const { waitMs } = protocol;
    try {
      await port.transact(change, this.owner, { waitMs, signal: this.#session.ended });
      this.#confirm(command);
    } catch (error) {
      if (this.#session.ended.aborted) return;
      failed(this.owner, change.label, error);
      this.#write(encodeComPort(this.#line.unchanged(command), 'server'));
    }
  }

  /** Somebody is there and ready: what a program for serial lines waits for. */
  #tellModemState(): void {
    const state = clearToSend | dataSetReady | carrierDetect;
    this.#write(encodeComPort({ kind: 'modem-state', state }, 'server'));
  }

  #send(data: Uint8Array): boolean {
    this.#write(this.#telnet.encode(data));
    return !this.#isSuspended && this.#socket.writableLength < socketUnreadBytesMost;
  }

  /** Also confirmations are bounded: who leaves them unread is not heard until it has read them. */
  #write(bytes: Uint8Array): void {
    if (bytes.length === 0 || !this.#socket.writable) return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength >= socketUnreadBytesMost) this.#hold.set('unread', true);
  }
}
