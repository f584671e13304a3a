import { ManualClock } from '../../../src/kernel/index.ts';
import type { Agent, Guard } from '../../../src/locks/index.ts';
import { ownerNamed } from '../support.ts';
import { Contenders, isOrdinary } from './contender.ts';
import { below, checkOf, isWithin, must, pick, settle } from './locks-under-test.ts';
import type { Check } from './locks-under-test.ts';

const stepsMost = 24;

/** One holder at a time, first come first served, nobody forgotten, nothing left behind. */
export const checkMutex: Check = checkOf(async (locks, random) => {
  const clock = new ManualClock();
  const graph = new locks.WaitGraph();
  const mutex = new locks.Mutex({ name: 'mutex', clock, graph });
  const roots = ['a', 'b', 'c'].map((name) => new locks.Agent(ownerNamed(name)));
  const agents = [...roots, new locks.Agent(ownerNamed('child'), roots[0])];
  const contenders = new Contenders<'mutex', Guard>(clock, random);
  const released: Guard[] = [];
  let changes = 0;

  /** Who took it when it was last free: it is the holder until all is released. */
  let holder: Agent | undefined;
  const mayNest = (agent: Agent): boolean => holder !== undefined && isWithin(agent, holder);
  contenders.onGrant = (granted) => {
    const others = contenders.held.filter((each) => each !== granted);
    if (others.length === 0) {
      changes += 1;
      holder = granted.agent;
    }
    must(mayNest(granted.agent), 'one holds it at a time');
    if (!granted.waited) return;
    must(others.length === 0, 'who waited gets it when it is free');
    const first = contenders.waiting.every(({ order }) => order > granted.order);
    must(first, 'first come, first served');
  };

  const release = (): void => {
    const contender = pick(random, contenders.held);
    if (contender?.held === undefined) return;
    contender.state = 'ended';
    released.push(contender.held);
    contender.held.release();
    must(contender.held.isReleased, 'a released guard says so');
  };

  const step = async (): Promise<void> => {
    const agent = pick(random, agents);
    if (agent === undefined) return;
    switch (below(random, 9)) {
      case 0:
      case 1:
      case 2:
      case 3:
        contenders.add('mutex', agent, (options) => mutex.acquire(options));
        break;
      case 4: {
        const expected = contenders.held.length === 0 || mayNest(agent);
        const guard = mutex.tryAcquire(agent);
        must((guard !== undefined) === expected, 'tryAcquire takes what is free, and only that');
        if (guard !== undefined) contenders.got('mutex', agent, guard);
        break;
      }
      case 5:
      case 6:
        release();
        break;
      case 7:
        pick(random, contenders.waiting)?.controller.abort();
        pick(random, released)?.release();
        break;
      default:
        await clock.advance(below(random, 30));
    }
  };

  const check = (): void => {
    contenders.check();
    must(mutex.isFree === (contenders.held.length === 0), 'it is free when nobody holds it');
    must(
      contenders.held.length > 0 || contenders.waiting.length === 0,
      'nobody waits for a free lock',
    );
    must(graph.size === contenders.waiting.length, 'each wait is an edge, and nothing else is');
    must(mutex.status().waiting.length === graph.size, 'the line shows who waits');
    for (const { error } of contenders.all)
      must(isOrdinary(error), `no wait fails: ${String(error)}`);
  };

  for (let turn = 0; turn < stepsMost; turn += 1) {
    await step();
    await settle();
    for (const contender of contenders.waiting) contender.waited = true;
    check();
  }
  while (contenders.held.length > 0) {
    release();
    await settle();
    check();
  }
  await clock.advance(50);
  contenders.checkEnd();
  must(mutex.statistics().acquisitions === changes, 'each change of hands is counted');
});
