import { setTimeout as pause } from 'node:timers/promises';
import { Pty } from '../../../src/links/index.ts';
import { LoopbackServer } from '../tcp/loopback-server.ts';
import type { GpibInstrument } from './gpib-instrument.ts';

const escape = 0x1b;
const terminators = new Set([0x0a, 0x0d]);

/** What is added to a message by `++eos`. Prologix GPIB-USB manual, section 8.6. */
const endings = ['\r\n', '\r', '\n', ''];

/**
 * A Prologix GPIB controller, after its manual: lines that begin with `++` are its own commands, others
 * go to the instrument at its present address; bytes behind an ESC are data.
 */
export class AdapterSimulator {
  readonly #bus: ReadonlyMap<string, GpibInstrument>;
  readonly #out: (data: Uint8Array) => void;
  /** Each command, as it was run. */
  readonly commands: string[] = [];
  /** How often the settings were written into its memory, which endures that only so often. */
  savings = 0;
  readonly version: string = 'Prologix GPIB-ETHERNET Controller version 01.06.06.00';
  readonly #settings: Map<string, number> = new Map([
    ['savecfg', 1],
    ['mode', 1],
    ['auto', 1],
    ['eoi', 1],
    ['eos', 0],
    ['eot_enable', 0],
    ['eot_char', 0],
    ['read_tmo_ms', 200],
  ]);
  #address = '0';
  #line: number[] = [];
  #isEscaped = false;
  #isData = false;
  #running: Promise<void> = Promise.resolve();

  /** @param bus instruments by address, as `++addr` says it: `9`, `9 96` */
  constructor(bus: ReadonlyMap<string, GpibInstrument>, out: (data: Uint8Array) => void) {
    this.#bus = bus;
    this.#out = out;
  }

  receive(data: Uint8Array): void {
    for (const byte of data) {
      if (this.#isEscaped) {
        this.#isEscaped = false;
        // An escaped plus does not begin a command.
        if (this.#line.length < 2) this.#isData = true;
        this.#line.push(byte);
      } else if (byte === escape) this.#isEscaped = true;
      else if (terminators.has(byte)) this.#endLine();
      else this.#line.push(byte);
    }
  }

  #endLine(): void {
    const line = Buffer.from(this.#line);
    const isCommand = !this.#isData && line.subarray(0, 2).toString() === '++';
    this.#line = [];
    this.#isData = false;
    if (line.length === 0) return;
    const run = async (): Promise<void> => {
      if (isCommand) await this.#run(line.toString().slice(2));
      else this.#send(line);
    };
    this.#running = this.#running.then(run);
  }

  #setting(name: string): number {
    return this.#settings.get(name) ?? 0;
  }

  get #instrument(): GpibInstrument | undefined {
    return this.#bus.get(this.#address);
  }

  #send(message: Buffer): void {
    const ending = Buffer.from(endings[this.#setting('eos')] ?? '');
    this.#instrument?.hear(Buffer.concat([message, ending]), this.#setting('eoi') === 1);
  }

  async #run(command: string): Promise<void> {
    this.commands.push(command);
    const [name = '', ...values] = command.split(' ');
    const instrument = this.#instrument;
    if (this.#settings.has(name)) {
      this.#set(name, values[0]);
      return;
    }
    switch (name) {
      case 'addr':
        if (values.length === 0) this.#say(this.#address);
        else {
          this.#address = values.join(' ');
          this.#save();
        }
        return;
      case 'ver':
        this.#say(this.version);
        return;
      case 'read':
        await this.#read();
        return;
      case 'clr':
        instrument?.clear();
        return;
      case 'trg':
      case 'llo':
      case 'loc':
        instrument?.log.push(`<${name}>`);
        return;
      case 'spoll':
        if (instrument?.statusByte === undefined) await pause(this.#setting('read_tmo_ms'));
        else this.#say(String(instrument.statusByte));
        return;
      default:
        this.#say('Unrecognized command');
    }
  }

  #set(name: string, value: string | undefined): void {
    if (value === undefined) {
      this.#say(String(this.#setting(name)));
      return;
    }
    this.#settings.set(name, Number(value));
    if (name !== 'savecfg') this.#save();
  }

  #save(): void {
    if (this.#setting('savecfg') === 1) this.savings += 1;
  }

  /** Until EOI, or until the instrument says nothing for `read_tmo_ms`. */
  async #read(): Promise<void> {
    const timeoutMs = this.#setting('read_tmo_ms');
    const instrument = this.#instrument;
    if (instrument === undefined) {
      await pause(timeoutMs);
      return;
    }
    for (;;) {
      const said = await instrument.say(timeoutMs);
      if (said === undefined) return;
      this.#out(said.data);
      if (!said.eoi) continue;
      if (this.#setting('eot_enable') === 1) this.#out(Uint8Array.of(this.#setting('eot_char')));
      return;
    }
  }

  #say(line: string): void {
    this.#out(Buffer.from(`${line}\r\n`));
  }
}

/** An adapter in the network, at each connection a fresh one. */
export async function serveAdapter(
  bus: ReadonlyMap<string, GpibInstrument>,
): Promise<{ server: LoopbackServer; adapters: AdapterSimulator[] }> {
  const adapters: AdapterSimulator[] = [];
  const server = await LoopbackServer.listen((client) => {
    const adapter = new AdapterSimulator(bus, (data) => {
      if (client.writable) client.write(data);
    });
    adapters.push(adapter);
    client.on('data', (data) => adapter.receive(data));
  });
  return { server, adapters };
}

/** An adapter at a virtual serial port, which stays the same from one opening to the next. */
export async function plugAdapter(
  bus: ReadonlyMap<string, GpibInstrument>,
): Promise<{ pty: Pty; adapter: AdapterSimulator }> {
  const pty = await Pty.open();
  const adapter = new AdapterSimulator(bus, (data) => void pty.write(data));
  pty.onData((data) => adapter.receive(data));
  return { pty, adapter };
}
