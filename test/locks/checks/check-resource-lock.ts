import { hasCode, ManualClock } from '../../../src/kernel/index.ts';
import type { Agent, FencingToken, LockMode, ResourceGuard } from '../../../src/locks/index.ts';
import { ownerNamed } from '../support.ts';
import { Contenders, isOrdinary } from './contender.ts';
import type { Contender } from './contender.ts';
import { below, checkOf, must, pick, settle } from './locks-under-test.ts';
import type { Check } from './locks-under-test.ts';

interface Kind {
  readonly mode: LockMode;
  readonly holdMs: number | undefined;
  endsAtMs: number;
}

type Request = Contender<Kind, ResourceGuard>;
type Step = () => void | Promise<void>;

const stepsMost = 40;
const renewedLongestMs = 60;
const one = { shared: 'one' };
const two = { shared: 'two' };
const modes: readonly LockMode[] = ['exclusive', 'exclusive', one, one, one, two];
/** Times are multiples of it, so that ends, timeouts and renewals often fall together. */
const tickMs = 5;

/** VISA's rules of who may hold together; ends of all kinds; tokens that fence. */
export const checkResourceLock: Check = checkOf(async (locks, random) => {
  const clock = new ManualClock();
  const graph = new locks.WaitGraph();
  const queue = new locks.ResourceQueue({ name: 'port', clock, graph, renewedLongestMs });
  const { lock } = queue;
  const named = (name: string): Agent => new locks.Agent(ownerNamed(name));
  const [a, b, c] = [named('a'), named('b'), named('c')];
  const agents = [a, b, c, named('d'), named('e')];
  const contenders = new Contenders<Kind, ResourceGuard>(clock, random);
  const refused = new Set<Request>();
  /** Asked by who held it then: they do not get in line behind those who wait for them. */
  const asHolder = new Set<Request>();
  /** Tokens of holds that have ended since they were last looked at, and all before. */
  const dead: FencingToken[] = [];
  const buried: FencingToken[] = [];
  let last: FencingToken | undefined;

  /** Who is in the way of a wish, by VISA's rules. */
  const blockers = (mode: LockMode, agent: Agent, held: readonly Request[]): Request[] => {
    const own = held.filter((each) => each.agent === agent);
    const ownShared = own.some(({ kind }) => kind.mode !== 'exclusive');
    return held.filter(({ kind, agent: holder }) => {
      if (kind.mode === 'exclusive') {
        return holder !== agent || (mode !== 'exclusive' && !ownShared);
      }
      if (mode === 'exclusive') return holder !== agent && own.length === 0;
      return kind.mode.shared !== mode.shared;
    });
  };

  const bury = (request: Request): void => {
    request.state = 'ended';
    if (request.held !== undefined) dead.push(request.held.token);
  };
  lock.on('expired', ({ hold }) => {
    const nowMs = clock.monotonic();
    const request = contenders.all.find(({ held }) => held?.token === hold.token);
    contenders.observe(() =>
      must(request !== undefined && request.kind.endsAtMs <= nowMs, 'a hold lasts until its end'),
    );
    if (request !== undefined) bury(request);
  });

  contenders.onGrant = (granted) => {
    const { held, kind, agent } = granted;
    const others = contenders.held.filter((each) => each !== granted);
    must(blockers(kind.mode, agent, others).length === 0, 'only what goes together is granted');
    must(last === undefined || (held?.token.compare(last) ?? 0) > 0, 'tokens rise');
    last = held?.token;
    kind.endsAtMs = clock.monotonic() + (kind.holdMs ?? Infinity);
    if (asHolder.has(granted) || others.some((each) => each.agent === agent)) return;
    const passed = contenders.waiting.filter(
      (each) =>
        (asHolder.has(each) || each.order < granted.order) &&
        // It may have given up in this very moment.
        each.deadlineMs > clock.monotonic(),
    );
    must(passed.length === 0, 'first come, first served');
  };

  const ask = (agent: Agent, mode: LockMode, holdMs?: number, timeoutMs?: number): void => {
    // A chain does one thing at a time: a second wait of the same one could be a true deadlock.
    if (contenders.waiting.some((each) => each.agent === agent)) return;
    const holds = contenders.held.some((each) => each.agent === agent);
    const inWay = blockers(mode, agent, contenders.held);
    const kind = { mode, holdMs, endsAtMs: Infinity };
    const hold = holdMs === undefined ? {} : { holdMs };
    const request = contenders.add(
      kind,
      agent,
      (options) => queue.acquire({ ...options, ...hold, mode }),
      timeoutMs,
    );
    if (holds) asHolder.add(request);
    if (inWay.some((each) => each.agent === agent)) refused.add(request);
  };

  const end = (): void => {
    const request = pick(random, contenders.held);
    if (request?.held === undefined) return;
    const { agent, held } = request;
    const same = contenders.held.filter((each) => each.agent === agent);
    switch (below(random, 6)) {
      case 0:
        for (const each of same) bury(each);
        must(lock.releaseAll(agent) === same.length, 'all that one holds is released');
        break;
      case 1:
        for (const each of same) bury(each);
        lock.break(ownerNamed('operator'), 'stuck', agent);
        break;
      default:
        bury(request);
        must(held.release(), 'a live hold is released');
    }
  };

  const renew = (): void => {
    const request = pick(random, contenders.held);
    if (request?.held === undefined) return;
    const { held, kind } = request;
    const nowMs = clock.monotonic();
    try {
      const leftMs = held.renew();
      const startedMs =
        nowMs - (lock.status().find((s) => s.token === String(held.token))?.heldMs ?? 0);
      const limitMs = startedMs + renewedLongestMs;
      const stretched = nowMs + leftMs > Math.max(limitMs, kind.endsAtMs);
      must(
        contenders.waiting.length === 0 || kind.holdMs === undefined || !stretched,
        'renewal is limited',
      );
      if (kind.holdMs !== undefined) kind.endsAtMs = nowMs + leftMs;
    } catch (error) {
      must(hasCode(error, 'RENEWAL_LIMIT') && contenders.waiting.length > 0, String(error));
    }
  };

  const step = async (): Promise<void> => {
    switch (below(random, 10)) {
      case 0:
      case 1:
      case 2:
      case 3: {
        const holdMs = random() < 0.5 ? tickMs * (1 + below(random, 8)) : undefined;
        ask(pick(random, agents) ?? a, pick(random, modes) ?? 'exclusive', holdMs);
        break;
      }
      case 4:
      case 5:
        end();
        break;
      case 6:
        renew();
        break;
      case 7:
        pick(random, contenders.waiting)?.controller.abort();
        break;
      default:
        await clock.advance(tickMs * below(random, 5));
    }
  };

  const checkDead = (token: FencingToken): void => {
    must(codeOfToken(token) === 'LEASE_LOST', 'the token of a hold that ended is worth nothing');
    must(!lock.release(token), 'a hold ends once');
  };

  const check = (): void => {
    contenders.check();
    const { held, waiting } = contenders;
    const live = lock.status().map(({ token }) => token);
    must(live.length === held.length, 'it shows every hold and no other');
    const nowMs = clock.monotonic();
    for (const request of held) {
      must(request.kind.endsAtMs > nowMs, 'a hold ends at its end');
      const excluded = held.some(
        (each) => each.kind.mode === 'exclusive' && each.agent !== request.agent,
      );
      must(
        codeOf(request) === (excluded ? 'LEASE_HELD' : 'valid'),
        'a token is worth what it must',
      );
    }
    for (const token of dead.splice(0)) {
      buried.push(token);
      checkDead(token);
    }
    const old = pick(random, buried);
    if (old !== undefined) checkDead(old);
    const first = waiting.find((request) => asHolder.has(request)) ?? waiting[0];
    if (first !== undefined) {
      const inWay = blockers(first.kind.mode, first.agent, held);
      must(inWay.length > 0, 'who is first in line has to wait');
    }
    must(graph.size === waiting.length, 'each wait is an edge, and nothing else is');
    for (const request of contenders.all) {
      const right =
        isOrdinary(request.error) || (refused.has(request) && hasCode(request.error, 'DEADLOCK'));
      must(right, `a request ends as it must: ${String(request.error)}`);
    }
  };

  const codeOfToken = (token: FencingToken): string => {
    try {
      lock.validate(token);
      return 'valid';
    } catch (error) {
      return hasCode(error, 'LEASE_HELD') ? 'LEASE_HELD' : 'LEASE_LOST';
    }
  };
  const codeOf = ({ held }: Request): string =>
    held === undefined ? 'not held' : codeOfToken(held.token);

  /** What chance brings about too seldom; it goes on by chance from there. */
  const scenes: readonly (readonly Step[])[] = [
    // One of two who share has it alone; the other waits for that, and its own share ends meanwhile.
    [
      () => ask(a, one),
      () => ask(b, one, 2 * tickMs),
      () => ask(a, 'exclusive'),
      () => ask(b, 'exclusive'),
      () => ask(c, one),
      () => clock.advance(2 * tickMs),
    ],
    // A wait and the hold that it waits for end in the same moment, and the wait's timer is first.
    [
      () => ask(a, 'exclusive', 3 * tickMs),
      () => ask(b, 'exclusive', undefined, 4 * tickMs),
      () => clock.advance(tickMs),
      renew,
    ],
  ];

  const opening = random() < 0.2 ? pick(random, scenes) : undefined;
  for (let turn = 0; turn < stepsMost; turn += 1) {
    await (opening?.[turn] ?? step)();
    await settle();
    for (const request of contenders.waiting) request.waited = true;
    check();
  }
  for (let turn = 0; turn < 100 && contenders.held.length > 0; turn += 1) {
    end();
    await settle();
    check();
  }
  await clock.advance(100);
  for (let turn = 0; turn < 100 && contenders.held.length > 0; turn += 1) end();
  await settle();
  for (const token of buried) checkDead(token);
  contenders.checkEnd();
});
