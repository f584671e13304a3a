import { TopicPlaces } from '../../../src/client/topic-places.ts';
import { ManualClock } from '../../../src/kernel/index.ts';
import type * as telemetryRoom from '../../../src/telemetry/index.ts';
import type {
  Beginning,
  Encoding,
  Hub,
  HubClient,
  Outlet,
  Resume,
  Topic,
} from '../../../src/telemetry/index.ts';

type Room = Pick<typeof telemetryRoom, 'Hub'>;

/** Budgets are small, so that they are reached all the time. */
const clientBytesMost = 6_000;
const fullBytes = 2_000;
const clientsAtOnce = 8;
const names = ['alerts', 'ports.a', 'ports.b', 'ports.c', 'config'];
const patternSets = [['>'], ['ports.*'], ['alerts', 'config'], ['ports.a', 'ports.b', 'alerts']];

interface Line {
  readonly kind: 'answer' | 'update' | 'snapshot' | 'gap' | 'ready';
  readonly topic: string;
  readonly sequence: number;
  /** Of events, and of what says that all snapshots were sent. */
  readonly position: number;
  readonly beginning?: Beginning;
}

const lines: Encoding = {
  update: ({ topic, sequence, position, json }) =>
    line({ kind: 'update', topic, sequence, position }, json),
  snapshot: ({ topic, sequence, isGap, json }) =>
    line({ kind: isGap ? 'gap' : 'snapshot', topic, sequence, position: 0 }, json),
};

function line(head: Line, json = ''): Uint8Array {
  return Buffer.from(`${JSON.stringify({ ...head, json })}\n`);
}

/** Time passes while something is done, so that nothing is done in one turn. */
class Restless extends ManualClock {
  readonly #random: () => number;
  #passedMs = 0;

  constructor(random: () => number) {
    super();
    this.#random = random;
  }

  override monotonic(): number {
    this.#passedMs += this.#random();
    return super.monotonic() + this.#passedMs;
  }
}

/** A connection: what was written and is not read yet is lost when it breaks. */
class Wire implements Outlet {
  unread: Buffer[] = [];
  unsentBytes = 0;
  rest = '';

  get isFull(): boolean {
    return this.unsentBytes >= fullBytes;
  }

  write(bytes: Uint8Array): void {
    this.unread.push(Buffer.from(bytes));
    this.unsentBytes += bytes.length;
  }

  /** Reads up to so many bytes, in any pieces. */
  read(bytes: number): Line[] {
    const all = Buffer.concat(this.unread);
    const taken = all.subarray(0, bytes);
    const left = all.subarray(bytes);
    this.unread = left.length === 0 ? [] : [left];
    this.unsentBytes = left.length;
    const texts = (this.rest + taken.toString()).split('\n');
    this.rest = texts.pop() ?? '';
    return texts.map((text) => JSON.parse(text) as Line);
  }
}

/** What a program knows of a topic: all up to here, in one life of the gateway. */
interface Known {
  readonly epoch: string;
  readonly sequence: number;
}

/** One who listens, breaks off, and comes back with what it has; it notices what it is not told. */
class Listener {
  readonly patterns: readonly string[];
  /** As a browser does by server-sent events; else as the client of Signalbox does. */
  readonly isByPosition: boolean;
  readonly wrong: string[] = [];
  resumes = 0;
  client: HubClient | undefined;
  wire = new Wire();
  readonly #known = new Map<string, Known>();
  readonly #places = new TopicPlaces();
  #lastId: { readonly epoch: string; readonly position: number } | undefined;
  #epoch = '';
  #isBack = false;

  constructor(patterns: readonly string[], isByPosition: boolean) {
    this.patterns = patterns;
    this.isByPosition = isByPosition;
  }

  connect(hub: Hub): void {
    this.wire = new Wire();
    this.client = hub.connect({
      outlet: this.wire,
      encoding: lines,
      label: 'listener',
      cut: () => (this.client = undefined),
    });
    this.#epoch = hub.epoch;
    const resume = this.isByPosition ? this.#lastId : (this.#places.resume as Resume | undefined);
    this.#isBack = resume !== undefined;
    if (this.#isBack) this.resumes += 1;
    // Who cannot say what it has begins anew.
    else this.#known.clear();
    const { position } = this.client.subscribe(this.patterns, {
      resume,
      answer: (beginning) =>
        line({ kind: 'answer', topic: '', sequence: 0, position: 0, beginning }),
    });
    const ready = line({ kind: 'ready', topic: '', sequence: 0, position });
    this.client?.outbox.send(ready);
  }

  /** Whatever is on its way is lost. */
  breakOff(): void {
    this.client?.[Symbol.dispose]();
    this.client = undefined;
    this.wire = new Wire();
  }

  read(bytes: number): void {
    for (const each of this.wire.read(bytes)) this.#take(each);
    this.client?.outbox.drained();
  }

  /** Nothing is on its way any more: what it has must be all there is. */
  checkWhole(): void {
    for (const { name, kind, sequence } of this.client?.topics() ?? []) {
      const known = this.#known.get(name);
      // Of one that came in this life and has told nothing yet, there is nothing to have.
      if (kind !== 'events' || (known?.epoch !== this.#epoch && sequence === 0)) continue;
      if (known?.epoch !== this.#epoch || known.sequence !== sequence) {
        this.wrong.push(`${name}: ends with ${known?.sequence} of ${sequence}`);
      }
    }
  }

  #take(each: Line): void {
    const { kind, topic, position } = each;
    if (kind === 'answer') this.#begin(each.beginning as Beginning);
    else if (kind === 'snapshot' || kind === 'gap') this.#snapshot(each);
    else {
      if (kind === 'update') this.#update(each);
      if (topic !== '' || kind === 'ready') this.#lastId = { epoch: this.#epoch, position };
    }
  }

  /** Of what has no state, it knows from here on. */
  #begin({ epoch, topics }: Beginning): void {
    this.#places.begin(epoch, topics, this.#isBack);
    // Of what comes only later in a new life, its epoch tells that there is a gap.
    const listed = new Set(topics.map(({ topic }) => topic));
    for (const [topic, known] of this.isByPosition ? this.#known : []) {
      if (known.epoch !== epoch && !listed.has(topic)) this.#known.delete(topic);
    }
    for (const { topic, snapshot, sequence } of topics) {
      if (!snapshot && !this.#known.has(topic)) this.#known.set(topic, { epoch, sequence });
    }
  }

  #update({ topic, sequence }: Line): void {
    const epoch = this.#epoch;
    if (!this.isByPosition) {
      const what = this.#places.take({ topic, sequence });
      if (what === 'known') return;
      if (what === 'new after a gap') this.#known.delete(topic);
      // As the client does: it comes back with what it has.
      if (what === 'gap') {
        this.wrong.push(`${topic}: ${sequence} after ${this.#known.get(topic)?.sequence}`);
        this.breakOff();
        return;
      }
    }
    const known = this.#known.get(topic);
    if (known !== undefined && known.epoch !== epoch) {
      this.wrong.push(`${topic}: an event of another life, and no gap told`);
    } else if (known !== undefined && sequence > known.sequence + 1) {
      this.wrong.push(`${topic}: ${sequence} after ${known.sequence}`);
    }
    if (known?.epoch === epoch && known.sequence > sequence) return;
    this.#known.set(topic, { epoch, sequence });
  }

  #snapshot({ kind, topic, sequence }: Line): void {
    const epoch = this.#epoch;
    const known = this.#known.get(topic);
    const isTold = this.isByPosition
      ? kind === 'gap'
      : this.#places.takeSnapshot({ topic, sequence, gap: kind === 'gap' });
    const isMore = known !== undefined && (known.epoch !== epoch || sequence > known.sequence);
    if (isMore && !isTold) {
      this.wrong.push(`${topic}: ${sequence} in place of what came after ${known.sequence}`);
    }
    this.#known.set(topic, { epoch, sequence });
  }
}

/**
 * Clients that break off and come back at random, while events are published, topics come and go, and
 * the gateway starts anew.
 * @returns how often one came back, and what was wrong
 */
export function resumesOf(
  { Hub: AnyHub }: Room,
  random: () => number,
  resumes: number,
): { readonly resumes: number; readonly wrong: readonly string[] } {
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item;
  const wrong: string[] = [];
  let done = 0;
  let life = 0;
  const listeners = Array.from(
    { length: clientsAtOnce },
    (_, at) => new Listener(patternSets[at % patternSets.length] ?? [], at >= clientsAtOnce / 2),
  );
  while (done < resumes && wrong.length === 0) {
    life += 1;
    const turns: (() => void)[] = [];
    const hub: Hub = new AnyHub({
      epoch: `life-${life}`,
      clock: new Restless(random),
      clientBytesMost,
      afterTurn: (run) => turns.push(run),
    });
    const endTurn = (): void => {
      for (const run of turns.splice(0)) run();
    };
    const topics = new Map<string, Topic>();
    const make = (name: string): void => {
      const hasState = random() < 0.5;
      const topic = hub.topic(name, {
        kind: 'events',
        keep: 1 + Math.floor(random() * 20),
        ...(hasState ? { snapshot: () => ({ state: name }) } : {}),
      });
      topics.set(name, topic);
    };
    for (const name of names) if (random() < 0.8) make(name);
    if (topics.size === 0) make(pick(names));
    const steps = 200 + Math.floor(random() * 400);
    for (let step = 0; step < steps; step += 1) {
      const what = random();
      if (what < 0.5) {
        const length = random() < 0.05 ? 1_500 : 10;
        pick([...topics.values()]).publish({ event: 'x', text: 'e'.repeat(length) });
      } else if (what < 0.65) endTurn();
      else if (what < 0.85) {
        const each = pick(listeners);
        if (each.client === undefined) each.connect(hub);
        else if (random() < 0.3) each.breakOff();
      } else if (what < 0.99) pick(listeners).read(Math.floor(random() * 3_000));
      else {
        const name = pick(names);
        const topic = topics.get(name);
        if (topic !== undefined) hub.remove(topic);
        make(name);
      }
    }
    for (const each of listeners) {
      if (each.client === undefined) {
        each.breakOff();
        each.connect(hub);
      }
    }
    while (turns.length > 0) endTurn();
    for (let round = 0; round < 50; round += 1) for (const each of listeners) each.read(100_000);
    for (const each of listeners) {
      each.checkWhole();
      wrong.push(...each.wrong.splice(0));
      each.breakOff();
    }
    done = listeners.reduce((sum, each) => sum + each.resumes, 0);
  }
  return { resumes: done, wrong };
}
