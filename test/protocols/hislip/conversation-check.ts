import type * as Hislip from '../../../src/protocols/hislip/index.ts';
import type { HislipChannel } from '../../../src/protocols/index.ts';
import { concatenate } from '../../../src/protocols/index.ts';
import { randomFrom } from '../../support/random.ts';
import { PocketClient } from './pocket-client.ts';
import { answerTo, PocketServer } from './pocket-server.ts';

const channels: readonly HislipChannel[] = ['synchronous', 'asynchronous'];
const stepsMost = 10_000;
const messageAvailable = 0x10;

/**
 * One client and one server that do what they like, with wires that deliver when they like. Throws
 * when a client gets an answer that is not to its last query (in overlap mode: not the next one in
 * order), gets none, must not send for ever, or is told of a message that is not there.
 */
class Conversation {
  readonly #random: () => number;
  readonly #client: PocketClient;
  readonly #server: PocketServer;
  /** The queries whose answers may still be read. */
  #asked: string[] = [];
  /** How often it asks: seldom enough to read its answers, or so often that most are interrupted. */
  readonly #haste: number;
  /** How often it asks for the status byte. */
  readonly #curiosity: number;
  /** One of the four that takes its time; none in some conversations. */
  readonly #slowWire: number;
  #queries = 0;
  #isLastQuery = false;

  constructor(hislip: typeof Hislip, random: () => number) {
    this.#random = random;
    this.#haste = random() < 0.5 ? 0.03 : 0.12;
    this.#curiosity = random() < 0.5 ? 0.03 : 0.1;
    this.#slowWire = Math.floor(random() * 5);
    this.#server = new PocketServer(hislip, this.#chance(0.5));
    this.#client = new PocketClient(hislip, this.#chance(0.5));
    this.#settle();
    if (!this.#client.isOpen) throw new Error('the session is not open');
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step += 1) this.#anything();
    this.#settle();
    this.#judge();
  }

  #anything(): void {
    const client = this.#client;
    if (this.#chance(this.#haste)) return this.#ask();
    const choice = this.#random();
    if (choice < this.#haste / 8 && client.canSend) this.#command();
    else if (choice < this.#curiosity && client.canAsk) this.#askStatus();
    else if (choice < this.#curiosity + 0.003 && !client.isClearing) this.#clear();
    else if (choice < 0.25) this.#read();
    else if (choice < 0.5) this.#server.step();
    else this.#deliver();
  }

  #ask(): void {
    if (!this.#client.canSend) return;
    this.#queries += 1;
    const query = `${'q'.repeat(1 + (this.#queries % 9))}${this.#queries}?`;
    this.#client.send(query);
    if (!this.#client.isOverlap) this.#asked = [];
    this.#asked.push(query);
    this.#isLastQuery = true;
  }

  #command(): void {
    if (this.#chance(0.5)) this.#client.send('*RST');
    else this.#client.trigger();
    if (!this.#client.isOverlap) this.#asked = [];
    this.#isLastQuery = false;
  }

  #askStatus(): void {
    // In synchronized mode nothing answers a command, whatever else is under way.
    this.#client.askStatus(this.#client.isOverlap || this.#isLastQuery);
  }

  #clear(): void {
    this.#client.clear();
    this.#asked = [];
    this.#isLastQuery = false;
  }

  #read(): boolean {
    if (this.#client.isClearing) return false;
    const text = this.#client.read();
    if (text === undefined) return false;
    const query = this.#asked.shift();
    if (query === undefined || text !== answerTo(query)) {
      throw new Error(`read ${text} for ${query}`);
    }
    return true;
  }

  /** Moves some bytes of one wire. */
  #deliver(): void {
    const wire = Math.floor(this.#random() * 4);
    if (wire === this.#slowWire && this.#chance(0.85)) return;
    const channel = wire < 2 ? 'synchronous' : 'asynchronous';
    const isUp = wire % 2 === 0;
    const [from, to] = isUp ? [this.#client, this.#server] : [this.#server, this.#client];
    const bytes = concatenate(from.sent[channel].splice(0));
    const length = this.#chance(0.6) ? bytes.length : Math.ceil(this.#random() * 40);
    if (bytes.length > length) from.sent[channel].push(bytes.slice(length));
    to.take(channel, bytes.slice(0, length));
  }

  /** Lets everything happen that is under way. */
  #settle(): void {
    for (let step = 0; step < stepsMost; step += 1) {
      this.#deliver();
      this.#server.step();
      const isQuiet = [this.#client, this.#server].every(({ sent }) =>
        channels.every((channel) => sent[channel].every(({ length }) => length === 0)),
      );
      if (isQuiet && !this.#server.isBusy) return;
    }
    throw new Error('it does not come to rest');
  }

  #judge(): void {
    const client = this.#client;
    if (client.isClearing) throw new Error('the device clear does not end');
    if (!client.canSend) throw new Error('the client may not send');
    this.#expectAvailable(this.#asked.length > 0);
    while (this.#read()) if (this.#asked.length > 0) this.#expectAvailable(true);
    if (this.#asked.length > 0) throw new Error(`no answer to ${this.#asked.join(', ')}`);
    this.#expectAvailable(false);
    const before = this.#server.interrupted;
    for (let query = 0; query < 3; query += 1) {
      this.#ask();
      this.#settle();
      if (!this.#read()) throw new Error('a query is not answered');
    }
    if (this.#server.interrupted !== before) throw new Error('a response that was read is lost');
    const faults = [...client.faults, ...this.#server.faults];
    if (faults.length > 0) throw new Error(`faults: ${faults.join(', ')}`);
  }

  #expectAvailable(expected: boolean): void {
    this.#client.askStatus(true);
    this.#settle();
    const { status } = this.#client;
    if (status === undefined || ((status & messageAvailable) !== 0) !== expected) {
      throw new Error(`status ${status} where a message is ${expected ? '' : 'not '}available`);
    }
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }
}

/** Holds so many conversations. */
export function checkConversations(
  hislip: typeof Hislip,
  conversations: number,
  salt: number,
): void {
  const random = randomFrom(salt);
  for (let held = 0; held < conversations; held += 1) {
    new Conversation(hislip, random).run(10 + Math.floor(random() * 300));
  }
}
