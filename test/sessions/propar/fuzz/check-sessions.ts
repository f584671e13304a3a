import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { ProparWire } from '../../../../src/instruments/index.ts';
import { isSignalboxError, ManualClock } from '../../../../src/kernel/index.ts';
import type { ErrorCode } from '../../../../src/kernel/index.ts';
import { Port } from '../../../../src/ports/index.ts';
import type { ProparMode } from '../../../../src/protocols/index.ts';
import { ProparBusSimulator } from '../../../../src/simulators/propar/bus-simulator.ts';
import type * as sessionsRoom from '../../../../src/sessions/index.ts';
import { proparAheadMost, sessionRequestsMost } from '../../../../src/sessions/index.ts';
import { owner } from '../../../support/line-transaction.ts';
import { randomFrom } from '../../../support/random.ts';
import { busLinkFactory } from './bus-link.ts';
import { ClientJudge, hex } from './client-judge.ts';
import { ClientStream } from './client-stream.ts';
import { nodes } from './constants.ts';
import { WireJudge } from './wire-judge.ts';

export type SessionsRoom = Pick<typeof sessionsRoom, 'Session' | 'proparProtocol'>;

const modes: readonly ProparMode[] = ['binary', 'ascii', 'binary', 'ascii'];
const framesABurst = 40;
/** Half of them are good ones: more than a session takes. */
const framesAFlood = 4 * sessionRequestsMost;
/** No message asks for more values. */
const valuesAMessageMost = 85;
/** Shorter than any wait, so that nothing that needs no time is overtaken by it. */
const stepMs = 250;
/** By then every wait has ended, or is stuck. */
const settledAfterMs = 600_000;
/** How requests may fail: nobody answers, the client gave up, or what it asked makes no sense. */
const expectedCodes: readonly ErrorCode[] = [
  'INSTRUMENT_TIMEOUT',
  'INSTRUMENT_OFFLINE',
  'OUTCOME_UNKNOWN',
  'WAIT_TIMEOUT',
  'CANCELLED',
  'BAD_ARGUMENT',
  'QUEUE_FULL',
];

/** Where one client after the other comes, as at a virtual port. */
class Place {
  readonly stream: ClientStream;
  readonly #mode: ProparMode;
  readonly #bench: FuzzBench;
  #judge = new ClientJudge();
  #session: sessionsRoom.Session;

  constructor(bench: FuzzBench, mode: ProparMode, random: () => number) {
    this.#bench = bench;
    this.#mode = mode;
    this.stream = new ClientStream(random, mode);
    this.#session = this.#enter();
  }

  get session(): sessionsRoom.Session {
    return this.#session;
  }

  get lastAnswer(): Uint8Array {
    return this.#judge.last;
  }

  /** Gives how many requests these bytes complete. */
  say(data: Uint8Array): number {
    const asked = this.#judge.said(data);
    this.#bench.wireJudge.asked(asked);
    this.#session.push(data);
    return asked.length;
  }

  /** The client leaves, and another one comes at once. */
  replace(): void {
    this.#bench.closing.push(this.#session.close());
    this.#judge = new ClientJudge();
    this.#session = this.#enter();
  }

  rest(): void {
    this.#bench.judge(() => this.#judge.rest());
  }

  #enter(): sessionsRoom.Session {
    const { room, port, wire, clock } = this.#bench;
    return new room.Session({
      port,
      protocol: room.proparProtocol(wire),
      by: owner(this.#mode),
      clock,
      client: {
        send: (data) => {
          this.#bench.judge(() => this.#judge.heard(data));
          return true;
        },
        failed: (label, error) => this.#bench.failed(label, error),
      },
    });
  }
}

/** A simulated bus, the port to it, and the places of its clients, all by one clock that is moved. */
class FuzzBench implements AsyncDisposable {
  readonly room: SessionsRoom;
  readonly clock = new ManualClock();
  readonly wire: ProparWire;
  readonly port: Port;
  readonly wireJudge = new WireJudge();
  readonly closing: Promise<void>[] = [];
  readonly #bus: ProparBusSimulator;
  #problem: string | undefined;

  constructor(room: SessionsRoom) {
    this.room = room;
    const { clock } = this;
    this.#bus = new ProparBusSimulator({ nodes, baudRate: 0, answerTimeMs: 0, clock });
    this.wire = new ProparWire({ clock });
    this.port = new Port({
      name: 'bus',
      link: busLinkFactory(this.#bus),
      clock,
      resynchronization: this.wire.resynchronization,
    });
    this.port.open();
  }

  /** The first thing that went wrong. */
  get problem(): string | undefined {
    return this.#problem;
  }

  judge(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#problem ??= error instanceof Error ? error.message : String(error);
    }
  }

  failed(label: string, error: unknown): void {
    if (isSignalboxError(error) && expectedCodes.includes(error.code)) return;
    this.#problem ??= `${label} failed with ${String(error)}`;
  }

  /** Lets what needs no time go on, and then time itself. */
  async goOn(ms: number): Promise<void> {
    await turnOfLoop();
    await this.clock.advance(ms);
    await turnOfLoop();
  }

  /** Until all that was asked is answered, or never will be. */
  async settle(places: readonly Place[]): Promise<void> {
    let drained = 0;
    const drains = [...places.map(async ({ session }) => await session.drain()), ...this.closing];
    for (const drain of drains) void drain.then(() => (drained += 1));
    const untilMs = this.clock.monotonic() + settledAfterMs;
    this.judge(() => this.#judgeLine());
    while (drained < drains.length || this.#isBusy) {
      if (this.clock.monotonic() > untilMs) {
        this.#problem ??= 'a session is stuck';
        return;
      }
      await this.goOn(stepMs);
    }
    this.closing.length = 0;
    this.judge(() => this.#judgeWire());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.port.close();
  }

  get #isBusy(): boolean {
    const { serving, queue } = this.port.status();
    return serving !== undefined || queue.length > 0;
  }

  #judgeLine(): void {
    const { length } = this.port.status().queue;
    if (length <= modes.length * proparAheadMost * valuesAMessageMost) return;
    throw new Error(`${length} requests are in line at the port`);
  }

  #judgeWire(): void {
    const { log } = this.#bus;
    const seen = log.transactions();
    const { transactions, lost } = log.report();
    log.reset();
    if (lost > 0 || transactions !== seen.length) throw new Error('the wire was not seen whole');
    this.wireJudge.saw(seen);
    this.wireJudge.rest();
  }
}

/**
 * Lets clients of both forms send so many random, truncated, spliced, mutated and good frames through
 * sessions on one port, cut at any places, while some leave and others come. Gives what went wrong.
 */
export async function checkSessions(
  room: SessionsRoom,
  frames: number,
  salt: number,
): Promise<string | undefined> {
  const random = randomFrom(salt);
  await using bench = new FuzzBench(room);
  const places = modes.map((mode) => new Place(bench, mode, random));
  const below = (end: number): number => Math.floor(random() * end);
  const [first] = places;
  if (first !== undefined) flood(bench, first);
  for (let sent = 0; sent < frames && bench.problem === undefined;) {
    await burst(bench, places, below);
    sent += places.length * framesABurst;
    await bench.settle(places);
    await askAll(bench, places);
    for (const place of places) place.rest();
  }
  return bench.problem;
}

/** All clients speak at once, and now and then one floods its session besides. */
async function burst(
  bench: FuzzBench,
  places: readonly Place[],
  below: (end: number) => number,
): Promise<void> {
  const talks = places.map((place) => ({
    place,
    pieces: place.stream.cut(place.stream.frames(framesABurst)),
  }));
  const flooder = places[below(40 * places.length)];
  if (flooder !== undefined) flood(bench, flooder);
  while (talks.length > 0) {
    const index = below(talks.length);
    const talk = talks[index];
    const piece = talk?.pieces.shift();
    if (talk === undefined || piece === undefined) talks.splice(index, 1);
    else talk.place.say(piece);
    const pause = below(200);
    if (pause < 20) await Promise.resolve();
    else if (pause < 22) await bench.goOn(below(80));
    else if (pause === 22) talk?.place.replace();
  }
}

/** Sends more at once than a session takes, which has to drop what is beyond its bound. */
function flood(bench: FuzzBench, place: Place): void {
  const before = place.session.dropped;
  const asked = place.say(place.stream.flood(framesAFlood / 2));
  const dropped = place.session.dropped - before;
  bench.judge(() => {
    if (asked - dropped <= sessionRequestsMost + proparAheadMost) return;
    throw new Error(`of ${asked} requests at once only ${dropped} were dropped`);
  });
}

/** Each client asks for something of its own, and has to hear it. */
async function askAll(bench: FuzzBench, places: readonly Place[]): Promise<void> {
  const asked = places.map((place) => {
    place.say(place.stream.reset());
    const { request, answer } = place.stream.goodRead();
    place.say(request);
    return { place, answer };
  });
  await bench.settle(places);
  for (const { place, answer } of asked) {
    bench.judge(() => {
      const heard = hex(place.lastAnswer);
      if (heard === hex(answer)) return;
      throw new Error(`a good request was answered with '${heard}' instead of ${hex(answer)}`);
    });
  }
}
