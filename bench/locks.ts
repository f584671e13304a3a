import AsyncLock from 'async-lock';
import { Mutex as AsyncMutex } from 'async-mutex';
import { RWLock } from 'async-rwlock';
import { Sema } from 'async-sema';
import AwaitLock from 'await-lock';
import PQueue from 'p-queue';
import ReadWriteCallbackLock from 'rwlock';
import { Agent, Mutex, ReadWriteLock, runAsAgent, WaitGraph } from '../src/locks/index.ts';
import type { Guard } from '../src/locks/index.ts';
import { compareSides, figure, nanosecondsEach, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure, Side } from './figure.ts';

/** Short rounds, many of them, and the quickest quarter: what no other load of the machine slowed. */
const rounds = 20;
const taken = 0.25;
/** How often a round takes the lock: alone, and in line. */
const uncontended = 100_000;
const contended = 30_000;
const owner = { id: 'bench', program: 'bench', door: 'inline', sinceMs: 0 };

/** A lock as every one of them is used. */
interface Contestant {
  /** @param index which of the parties asks */
  acquire(index: number): Promise<unknown>;
  release(held: unknown): void;
}

/** In a process, beside the locks of the registry, which have no owner, deadlock check or statistics. */
const benchmark: Benchmark = {
  name: 'locks',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    const figures: Figure[] = [];
    for (const waiters of [0, 100, 10_000]) {
      context.progress(waiters === 0 ? 'mutex uncontended' : `mutex with ${waiters} waiters`);
      const all = await compareSides(sidesFor(waiters), { rounds, taken, context });
      const { ours, ...rivals } = all;
      figures.push(
        figure({
          name: waiters === 0 ? 'Mutex: uncontended' : `Mutex: ${waiters} waiters`,
          ours: ours ?? Number.NaN,
          rival: Math.min(...Object.values(rivals)),
          unit: 'ns',
          target: ratioAtMost(1.5),
        }),
      );
    }
    context.progress('tryAcquire beside a bare await');
    figures.push(await trying(context));
    context.progress('read-write lock uncontended');
    figures.push(...(await readWrite(context)));
    return figures;
  },
};

export default benchmark;

function contestants(parties: number): Readonly<Record<string, () => Contestant>> {
  return {
    ours: () => {
      const mutex = new Mutex({ name: 'bench', graph: new WaitGraph() });
      const options = Array.from({ length: parties }, () => ({ by: new Agent(owner) }));
      return {
        acquire: (index) => mutex.acquire(options[index]),
        release: (guard) => (guard as Guard).release(),
      };
    },
    'async-mutex': () => {
      const mutex = new AsyncMutex();
      return { acquire: () => mutex.acquire(), release: (release) => (release as () => void)() };
    },
    'async-sema': () => {
      const sema = new Sema(1);
      return { acquire: () => sema.acquire(), release: () => sema.release() };
    },
    'await-lock': () => {
      const lock = new AwaitLock();
      return { acquire: () => lock.acquireAsync(), release: () => lock.release() };
    },
    'async-lock': () => {
      const lock = new AsyncLock({ maxPending: Infinity });
      return {
        acquire: () =>
          new Promise((resolve) => {
            void lock.acquire('key', (done) => resolve(done));
          }),
        release: (done) => (done as () => void)(),
      };
    },
    'p-queue': () => {
      const queue = new PQueue({ concurrency: 1 });
      return {
        acquire: () =>
          new Promise((resolve) => {
            void queue.add(() => new Promise<void>((done) => resolve(done)));
          }),
        release: (done) => (done as () => void)(),
      };
    },
    rwlock: () => {
      const lock = new ReadWriteCallbackLock();
      return {
        acquire: () =>
          new Promise((resolve) => {
            lock.writeLock((release) => resolve(release));
          }),
        release: (release) => (release as () => void)(),
      };
    },
  };
}

function sidesFor(waiters: number): Record<string, Side> {
  return Object.fromEntries(
    Object.entries(contestants(waiters + 1)).map(([name, make]) => {
      const lock = make();
      return [name, waiters === 0 ? alone(lock) : inLine(lock, waiters)];
    }),
  );
}

function alone(lock: Contestant): Side {
  return repeated(async () => {
    for (let turn = 0; turn < uncontended; turn += 1) lock.release(await lock.acquire(0));
  });
}

/** One holds it, all others get in line, then the line is served. */
function inLine(lock: Contestant, waiters: number): Side {
  const bursts = Math.max(1, Math.round(contended / waiters));
  return timed(bursts * waiters, async () => {
    for (let burst = 0; burst < bursts; burst += 1) {
      const held = await lock.acquire(0);
      const served = Array.from({ length: waiters }, async (_, index) =>
        lock.release(await lock.acquire(index + 1)),
      );
      lock.release(held);
      await Promise.all(served);
    }
  });
}

async function trying(context: BenchContext): Promise<Figure> {
  const mutex = new Mutex({ name: 'bench', graph: new WaitGraph() });
  const agent = new Agent(owner);
  const resolved = Promise.resolve();
  const { ours, rival } = await compareSides(
    {
      ours: repeated(() => {
        for (let turn = 0; turn < uncontended; turn += 1) mutex.tryAcquire(agent)?.release();
      }),
      rival: repeated(async () => {
        for (let turn = 0; turn < uncontended; turn += 1) await resolved;
      }),
    },
    { rounds, taken, context },
  );
  return figure({
    name: 'Mutex: tryAcquire and release, beside a bare await',
    ours,
    rival,
    unit: 'ns',
    target: ratioAtMost(1),
  });
}

async function readWrite(context: BenchContext): Promise<Figure[]> {
  const lock = new ReadWriteLock({ name: 'bench', graph: new WaitGraph() });
  const rivalLock = new RWLock();
  const inChain = (side: Side): Side => {
    return async () => await runAsAgent(owner, async () => await side());
  };
  const measured = await compareSides(
    {
      oursRead: inChain(
        repeated(async () => {
          for (let turn = 0; turn < uncontended; turn += 1) (await lock.acquireRead()).release();
        }),
      ),
      oursWrite: inChain(
        repeated(async () => {
          for (let turn = 0; turn < uncontended; turn += 1) (await lock.acquireWrite()).release();
        }),
      ),
      rivalRead: repeated(async () => {
        for (let turn = 0; turn < uncontended; turn += 1) {
          await rivalLock.readLock();
          rivalLock.unlock();
        }
      }),
      rivalWrite: repeated(async () => {
        for (let turn = 0; turn < uncontended; turn += 1) {
          await rivalLock.writeLock();
          rivalLock.unlock();
        }
      }),
    },
    { rounds, taken, context },
  );
  const target = ratioAtMost(0.1);
  const unit = 'ns';
  return [
    figure({
      name: 'ReadWriteLock: read, beside async-rwlock',
      ours: measured.oursRead,
      rival: measured.rivalRead,
      unit,
      target,
    }),
    figure({
      name: 'ReadWriteLock: write, beside async-rwlock',
      ours: measured.oursWrite,
      rival: measured.rivalWrite,
      unit,
      target,
    }),
  ];
}

/** A side that does `work`, the same function in each round: it is made fast once, and stays so. */
function timed(operations: number, work: () => void | Promise<void>): Side {
  return async () => await nanosecondsEach(operations, work);
}

/** {@link timed} for work that does one thing so many times, alone. */
function repeated(work: () => void | Promise<void>): Side {
  return timed(uncontended, work);
}
