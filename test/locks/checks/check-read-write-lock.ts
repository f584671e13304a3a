import { hasCode, ManualClock } from '../../../src/kernel/index.ts';
import type { Agent, Guard } from '../../../src/locks/index.ts';
import { ownerNamed } from '../support.ts';
import { Contenders, isOrdinary } from './contender.ts';
import type { Contender } from './contender.ts';
import { below, checkOf, isWithin, must, pick, settle } from './locks-under-test.ts';
import type { Check } from './locks-under-test.ts';

type Kind = 'read' | 'write';
type Request = Contender<Kind, Guard>;

const stepsMost = 30;

/** Readers together, a writer alone, phases of both alternating, nobody forgotten. */
export const checkReadWriteLock: Check = checkOf(async (locks, random) => {
  const clock = new ManualClock();
  // Half of them without a graph, which would refuse by itself who waits for itself.
  const graph = random() < 0.5 ? new locks.WaitGraph() : undefined;
  const lock = new locks.ReadWriteLock({ name: 'table', clock, ...(graph && { graph }) });
  const roots = ['a', 'b', 'c', 'd'].map((name) => new locks.Agent(ownerNamed(name)));
  const agents = [...roots, new locks.Agent(ownerNamed('child'), roots[0])];
  const contenders = new Contenders<Kind, Guard>(clock, random);
  const released: Guard[] = [];
  /** Upgrades, which have to be refused. */
  const refused = new Set<Request>();
  /** How many phases of writing began while a reader waited, and how many it has to bear. */
  const phasesBorne = new Map<Request, number>();
  let aWriterLeft = false;

  const of = (requests: readonly Request[], kind: Kind): Request[] =>
    requests.filter((request) => request.kind === kind);
  const holds = (agent: Agent, kind: Kind): boolean =>
    of(contenders.held, kind).some((request) => isWithin(agent, request.agent));

  contenders.onGrant = (granted) => {
    const others = contenders.held.filter((each) => each !== granted);
    const nested = others.some(({ agent }) => isWithin(granted.agent, agent));
    const strangers = others.filter(({ agent }) => !isWithin(granted.agent, agent));
    if (granted.kind === 'write') {
      must(strangers.length === 0 || nested, 'who writes is alone');
      if (nested) return;
      for (const reader of of(contenders.waiting, 'read')) {
        const left = (phasesBorne.get(reader) ?? 0) - 1;
        must(left >= 0, 'a reader waits for one phase of writing at most');
        phasesBorne.set(reader, left);
      }
      const first = of(contenders.waiting, 'write').every(({ order }) => order > granted.order);
      must(first || !granted.waited, 'writers are served as they came');
      return;
    }
    must(of(others, 'write').length === 0 || nested, 'nobody reads while another writes');
    if (nested) return;
    const writerWaits = of(contenders.waiting, 'write').length > 0;
    must(
      !writerWaits || (granted.waited && aWriterLeft),
      'who reads does not pass a writer in line',
    );
  };

  const ask = (agent: Agent, kind: Kind): void => {
    const upgrade = kind === 'write' && holds(agent, 'read') && !holds(agent, 'write');
    const writes = of(contenders.held, 'write').length > 0;
    const request = contenders.add(kind, agent, (options) =>
      kind === 'read' ? lock.acquireRead(options) : lock.acquireWrite(options),
    );
    if (upgrade) refused.add(request);
    if (kind === 'read') phasesBorne.set(request, writes ? 0 : 1);
  };

  const tryToGet = (agent: Agent, kind: Kind): void => {
    const guard = kind === 'read' ? lock.tryAcquireRead(agent) : lock.tryAcquireWrite(agent);
    if (guard !== undefined) contenders.got(kind, agent, guard);
    else must(contenders.held.length > 0, 'what is free is had at once');
  };

  const release = (): void => {
    const request = pick(random, contenders.held);
    if (request?.held === undefined) return;
    request.state = 'ended';
    released.push(request.held);
    aWriterLeft = request.kind === 'write';
    request.held.release();
  };

  const step = async (): Promise<void> => {
    const agent = pick(random, agents);
    if (agent === undefined) return;
    const kind = random() < 0.55 ? 'read' : 'write';
    switch (below(random, 10)) {
      case 0:
      case 1:
      case 2:
      case 3:
        ask(agent, kind);
        break;
      case 4:
        tryToGet(agent, kind);
        break;
      case 5:
      case 6:
      case 7:
        release();
        break;
      case 8:
        pick(random, contenders.waiting)?.controller.abort();
        pick(random, released)?.release();
        break;
      default:
        await clock.advance(below(random, 30));
    }
  };

  const check = (): void => {
    contenders.check();
    const writing = of(contenders.held, 'write').length > 0;
    const { waiting, held } = contenders;
    must(held.length > 0 || waiting.length === 0, 'nobody waits for a free lock');
    must(
      writing || of(waiting, 'write').length > 0 || of(waiting, 'read').length === 0,
      'who reads waits for writers only',
    );
    const edges = graph?.size ?? waiting.length;
    must(edges === waiting.length, 'each wait is an edge, and nothing else is');
    const mode = writing ? 'exclusive' : held.length > 0 ? 'shared' : 'free';
    must(lock.status().mode === mode, 'it shows how it is held');
    for (const request of contenders.all) {
      const right = refused.has(request)
        ? hasCode(request.error, 'DEADLOCK', 'CANCELLED')
        : isOrdinary(request.error);
      must(right, `a request ends as it must: ${String(request.error)}`);
    }
  };

  for (let turn = 0; turn < stepsMost; turn += 1) {
    aWriterLeft = false;
    await step();
    await settle();
    for (const request of contenders.waiting) request.waited = true;
    check();
  }
  while (contenders.held.length > 0) {
    release();
    await settle();
    check();
  }
  await clock.advance(50);
  contenders.checkEnd();
});
