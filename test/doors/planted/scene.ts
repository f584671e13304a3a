import { expect } from 'vitest';
import { vxi11Core } from '../../../src/protocols/index.ts';
import { HislipProgram } from '../hislip/hislip-program.ts';
import { HislipClientOfCheck } from './door-clients.ts';
import type { DoorClient, Vxi11ClientOfCheck } from './door-clients.ts';
import { DoorsUnderCheck } from './doors-under-check.ts';
import type { DoorsRoom } from './doors-under-check.ts';

export type AnyClient = HislipClientOfCheck | Vxi11ClientOfCheck;

const kinds: readonly DoorClient['kind'][] = ['hislip', 'hislip', 'vxi11', 'vxi11'];
const handle = new TextEncoder().encode('check');

/** Several clients at the doors of one instrument, none of which has a lock or anything to read. */
export class Scene implements AsyncDisposable {
  readonly doors: DoorsUnderCheck;
  readonly clients: AnyClient[] = [];
  readonly #random: () => number;
  readonly #patienceMs: number;
  #questions = 0;

  private constructor(doors: DoorsUnderCheck, random: () => number, patienceMs: number) {
    this.doors = doors;
    this.#random = random;
    this.#patienceMs = patienceMs;
  }

  /** @param patienceMs how long something may take that takes some milliseconds */
  static async open(room: DoorsRoom, random: () => number, patienceMs: number): Promise<Scene> {
    const scene = new Scene(await DoorsUnderCheck.open(room), random, patienceMs);
    for (const kind of kinds) scene.clients.push(await scene.#enter(kind));
    return scene;
  }

  /** A question that nobody has asked yet. */
  question(word = 'Q'): string {
    this.#questions += 1;
    return `${word}${this.#questions}?`;
  }

  /** So many different clients, drawn at random. */
  some(): [AnyClient, AnyClient, AnyClient] {
    const drawn = this.clients
      .map((client) => ({ client, place: this.#random() }))
      .toSorted((one, other) => one.place - other.place);
    const [first, second, third] = drawn.map(({ client }) => client);
    if (first === undefined || second === undefined || third === undefined) throw new Error('few');
    return [first, second, third];
  }

  hislip(): [HislipClientOfCheck, HislipClientOfCheck] {
    const [first, second] = this.clients.filter((each) => each.kind === 'hislip');
    if (first === undefined || second === undefined) throw new Error('few');
    return this.#random() < 0.5 ? [first, second] : [second, first];
  }

  vxi11(): [Vxi11ClientOfCheck, Vxi11ClientOfCheck] {
    const [first, second] = this.clients.filter((each) => each.kind === 'vxi11');
    if (first === undefined || second === undefined) throw new Error('few');
    return this.#random() < 0.5 ? [first, second] : [second, first];
  }

  async ask(client: AnyClient): Promise<void> {
    const question = this.question();
    await client.write(question);
    expect(await client.read(), 'the answer').toBe(`re ${question}`);
  }

  /** What is waited for later: when the deed has failed by then, that it fails, too, is nobody's concern. */
  later<Result>(promise: Promise<Result>): Promise<Result> {
    promise.catch(() => {});
    return promise;
  }

  /** Resolves when its response has come to the door. */
  async untilAvailable(client: AnyClient): Promise<void> {
    await this.until('MAV', async () => ((await client.statusByte()) & 0x10) !== 0);
  }

  async untilWritten(question: string): Promise<void> {
    await this.until(question, () => this.doors.written.includes(`write ${question}`));
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const timeout = this.#patienceMs;
    await expect.poll(isSo, { timeout, interval: 2, message: what }).toBe(true);
  }

  /**
   * As long as the doors take to answer somebody who need not wait for the instrument: what was sent
   * before has been heard then, as a rule.
   */
  async aWhile(): Promise<void> {
    const asker = new HislipClientOfCheck(await HislipProgram.connect(this.doors.hislipPort));
    asker.program.asynchronous.say({ type: 'AsyncLockInfo' });
    await asker.program.asynchronous.message('AsyncLockInfoResponse');
    for (const socket of asker.sockets) socket.destroy();
    await this.until('its end', () => this.doors.clients === kinds.length);
  }

  /** Its connections break, and another one takes its place. */
  async kill(client: AnyClient): Promise<void> {
    for (const socket of client.sockets) {
      if (this.#random() < 0.5) socket.destroy();
      else socket.resetAndDestroy();
    }
    await this.replace(client);
  }

  /** It has gone: another one takes its place. */
  async replace(client: AnyClient): Promise<void> {
    await this.until('its end', () => this.doors.clients === kinds.length - 1);
    this.clients[this.clients.indexOf(client)] = await this.#enter(client.kind);
  }

  /** Nothing is left of what was done. */
  async isFree(): Promise<void> {
    await this.until('no lock', () => this.doors.port.leases().length === 0);
    await this.until('nothing in line', () => this.doors.port.status().queue.length === 0);
    expect(this.doors.clients, 'clients').toBe(kinds.length);
    this.doors.instrument.journal.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { sockets } of this.clients) for (const socket of sockets) socket.destroy();
    await this.doors[Symbol.asyncDispose]();
  }

  async #enter(kind: DoorClient['kind']): Promise<AnyClient> {
    const client = await this.doors.client(kind);
    if (client instanceof HislipClientOfCheck) return client;
    const { core, linkId } = client.program;
    await core.call(vxi11Core, 'enableServiceRequest', { linkId, enable: true, handle });
    return client;
  }
}
