import { multicastDns } from '../../links/index.ts';
import type { Clock, Timer } from '../../kernel/index.ts';
import { AnswerQueue, defenceLeastMs, repeatLeastMs } from './answer-queue.ts';
import { additionsTo, answersTo, isKnown, wantsUnicast } from './answers.ts';
import { claimHost, claimService, farewell } from './claims.ts';
import type { AdvertisedService } from './advertised-service.ts';
import type { Claim } from './claims.ts';
import { isContested, isOutbid, soleRecords } from './conflicts.ts';
import type { DnsCodec, DnsMessage, DnsRecord } from './dns-codec.ts';
import { keyOf, packMessages } from './pack-messages.ts';

/** A name is asked for so often before it is taken, with such waits. RFC 6762, section 8.1. */
export const probesCount = 3;
export const probeEveryMs = 250;
/** Who gave way to another's probe asks again then. RFC 6762, section 8.2. */
export const givenWayMs = 1_000;
/** After so many conflicts each further one costs a longer wait. RFC 6762, section 8.1. */
export const conflictsMost = 15;
export const manyConflictsMs = 5_000;
/** The second announcement comes so long after the first. RFC 6762, section 8.3. */
export const announceAgainMs = 1_000;
/** Answers to all that others have, too, come at a random time. RFC 6762, section 6. */
const sharedDelayMs = { least: 20, most: 120 } as const;
/** More answers to single machines are not given in a second. */
export const directAnswersMost = 50;
/** A machine that knows nothing of multicast keeps an answer no longer. RFC 6762, section 6.7. */
const legacyTtlSeconds = 10;
/** An authoritative answer. RFC 6762, section 18.4. */
const authoritative = 0x04_00;
/** What a message has to have nothing of: an operation code, an error. RFC 6762, sections 18.3 and 18.11. */
const unusual = 0x78_0f;

/** Who sent a message. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

export interface ResponderOptions {
  readonly services: readonly AdvertisedService[];
  /** At which the services are reached from the network. */
  readonly address: string;
  readonly codec: DnsCodec;
  /** @param to all of the network, where nobody is named */
  readonly send: (message: Uint8Array, to?: Sender) => void;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** Takes names for services in one network, and answers for them. RFC 6762; RFC 6763. */
export class Responder {
  readonly #options: ResponderOptions;
  readonly #claims: readonly Claim[];
  /** Whose names nobody else has. */
  readonly #settled = new Set<Claim>();
  readonly #queue: AnswerQueue;
  #probesSent = 0;
  #conflicts = 0;
  #probing: Timer | undefined;
  #announcing: Timer | undefined;
  #direct = { sinceMs: -Infinity, count: 0 };

  constructor(options: ResponderOptions) {
    this.#options = options;
    const host = claimHost(options.address);
    this.#claims = [host, ...options.services.map((service) => claimService(service, host))];
    this.#queue = new AnswerQueue(options.clock, (records) => this.#sendToAll(records));
  }

  /** What the services are called now. */
  get names(): readonly string[] {
    return this.#claims.map(({ own }) => own.name);
  }

  /** Asks whether the names are free, then takes and announces them. */
  start(): void {
    this.#probeIn(this.#options.random() * probeEveryMs);
  }

  /** @param from of the network that the services are in */
  take(bytes: Uint8Array, from: Sender): void {
    const message = this.#options.codec.decode(bytes);
    if (message === undefined || ((message.flags ?? 0) & unusual) !== 0) return;
    if (!message.isResponse) {
      this.#hearProbe(message);
      this.#answer(message, from);
    } else if (from.port === multicastDns.port) {
      this.#hearResponse(message);
    }
  }

  /** Says goodbye. May be called twice. */
  close(): void {
    this.#probing?.cancel();
    this.#announcing?.cancel();
    this.#queue.clear();
    const answers = [...this.#settled].flatMap(farewell);
    this.#settled.clear();
    this.#send(answers.map((record) => ({ flags: authoritative, answers: [record] })));
  }

  #probeIn(delayMs: number): void {
    this.#probesSent = 0;
    this.#probing?.cancel();
    this.#probing = this.#options.clock.schedule(delayMs, () => this.#probe());
  }

  #probe(): void {
    const { clock, codec, send } = this.#options;
    if (this.#probesSent === probesCount) {
      this.#settle();
      return;
    }
    this.#probesSent += 1;
    const parts = this.#unsettled().map((claim) => ({
      questions: [{ name: claim.own.name, type: 'ANY' }],
      authorities: soleRecords(claim),
    }));
    for (const message of packMessages(codec, false, parts)) send(message);
    this.#probing = clock.schedule(probeEveryMs, () => this.#probe());
  }

  #settle(): void {
    for (const claim of this.#unsettled()) this.#settled.add(claim);
    // Services say where they are by the name of the host, which may be a new one.
    const announce = (): void => this.#queue.add(this.#records());
    announce();
    this.#announcing?.cancel();
    this.#announcing = this.#options.clock.schedule(announceAgainMs, announce);
  }

  #records(): DnsRecord[] {
    return [...this.#settled].flatMap((claim) => claim.records());
  }

  #unsettled(): Claim[] {
    return this.#claims.filter((claim) => !this.#settled.has(claim));
  }

  #hearProbe(probe: DnsMessage): void {
    const { codec } = this.#options;
    const isLost = this.#unsettled().some((claim) => isOutbid(codec, claim, probe));
    if (isLost) this.#probeIn(givenWayMs);
  }

  /** A name that is lost is asked for once more, and then given up for the next one. RFC 6762, section 9. */
  #hearResponse(response: DnsMessage): void {
    const contested = this.#claims.filter((claim) =>
      isContested(this.#options.codec, claim, response),
    );
    if (contested.length === 0) return;
    for (const claim of contested) if (!this.#settled.delete(claim)) claim.own.takeNext();
    this.#conflicts += 1;
    this.#queue.clear();
    this.#probeIn(this.#conflicts > conflictsMost ? manyConflictsMs : 0);
  }

  #answer(query: DnsMessage, from: Sender): void {
    const { codec, random } = this.#options;
    const isLegacy = from.port !== multicastDns.port;
    const direct = new Map<string, DnsRecord>();
    const all: DnsRecord[] = [];
    const records = this.#records();
    for (const question of query.questions) {
      const isDirect = isLegacy || wantsUnicast(question);
      for (const record of answersTo(question, records)) {
        if (isKnown(codec, record, query)) continue;
        if (isDirect) direct.set(keyOf(record), record);
        if (!isLegacy && (!isDirect || this.#isRare(record))) all.push(record);
      }
    }
    if (direct.size > 0) this.#answerDirectly([...direct.values()], query, from);
    const isShared = all.some((record) => !('flush' in record) || record.flush !== true);
    const { least, most } = sharedDelayMs;
    const delayMs = isShared ? least + (most - least) * random() : 0;
    const repeatMs = query.authorities.length > 0 ? defenceLeastMs : repeatLeastMs;
    this.#queue.add(all, { delayMs, repeatMs });
  }

  /** Whether others may be about to forget the record. RFC 6762, section 5.4. */
  #isRare(record: DnsRecord): boolean {
    const ttlSeconds = 'ttl' in record ? (record.ttl ?? 0) : 0;
    return this.#queue.ageMs(record) > (ttlSeconds * 1_000) / 4;
  }

  #answerDirectly(records: readonly DnsRecord[], query: DnsMessage, from: Sender): void {
    if (!this.#mayAnswerDirectly()) return;
    const { codec, send } = this.#options;
    const isLegacy = from.port !== multicastDns.port;
    const own = this.#records();
    const parts = records.map((record, index) => ({
      flags: authoritative,
      answers: [isLegacy ? forLegacy(record) : record],
      additionals: additionsTo(record, own).map((each) => (isLegacy ? forLegacy(each) : each)),
      // It knows its answer by number and question.
      ...(isLegacy ? { id: query.id ?? 0 } : {}),
      ...(isLegacy && index === 0 ? { questions: query.questions } : {}),
    }));
    const messages = packMessages(codec, true, parts);
    for (const message of isLegacy ? messages.slice(0, 1) : messages) send(message, from);
  }

  #mayAnswerDirectly(): boolean {
    const nowMs = this.#options.clock.monotonic();
    if (nowMs - this.#direct.sinceMs >= 1_000) this.#direct = { sinceMs: nowMs, count: 0 };
    this.#direct.count += 1;
    return this.#direct.count <= directAnswersMost;
  }

  #sendToAll(records: readonly DnsRecord[]): void {
    const own = this.#records();
    const parts = records.map((record) => {
      const additions = additionsTo(record, own);
      const rare = additions.filter((each) => this.#queue.ageMs(each) >= repeatLeastMs);
      this.#queue.noteSent(rare);
      return { flags: authoritative, answers: [record], additionals: rare };
    });
    this.#send(parts);
  }

  #send(parts: Parameters<typeof packMessages>[2]): void {
    const { codec, send } = this.#options;
    for (const message of packMessages(codec, true, parts)) send(message);
  }
}

function forLegacy(record: DnsRecord): DnsRecord {
  if (!('ttl' in record)) return record;
  return { ...record, ttl: Math.min(record.ttl ?? 0, legacyTtlSeconds), flush: false };
}
