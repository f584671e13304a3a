import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RuntimeManager } from '../../../src/gateway/index.ts';
import { subsystemsOf } from '../../../src/gateway/runtimes/follow-runtimes.ts';
import { SharedResources } from '../../../src/instruments/index.ts';
import type { RuntimeStep } from '../../../src/gateway/index.ts';
import { count } from '../../support/count.ts';
import { isAlive } from '../../links/worker/workers.ts';
import { EchoLine } from '../../support/echo-line.ts';
import { MessageInstrument } from '../../support/message-instrument.ts';
import { actor, managerOf } from './runtime-bench.ts';

const process_ = { isolation: 'process' } as const;

describe('actors of both runtimes', () => {
  it('share one serial port, and get each their own answers in turn', async () => {
    await using line = await EchoLine.open();
    const settings = { path: line.path };
    await using manager = managerOf({
      inline: [actor('old', 'asker', { settings })],
      isolated: [
        actor('thread', 'asker', { settings }),
        actor('process', 'asker', { settings, ...process_ }),
      ],
    });
    await manager.start();
    expect(manager.status()).toMatchObject({ inline: 'active', isolated: 'active' });
    expect(manager.isHealthy()).toBe(true);
    const before = await countsOf(manager);
    const gained = async (): Promise<number[]> =>
      (await countsOf(manager)).map(({ right }, at) => right - (before[at]?.right ?? 0));
    await expect
      .poll(async () => Math.min(...(await gained())), { timeout: 60_000 })
      .toBeGreaterThan(count(1_000));
    const rights = await gained();
    const all = await countsOf(manager);
    expect(all.map(({ wrong, failed }) => wrong + failed)).toEqual([0, 0, 0]);
    // Each hold goes to the next in line: nobody gets many more than another.
    expect(Math.max(...rights)).toBeLessThan(2 * Math.min(...rights));
  }, 90_000);

  it('share one VISA instrument', async () => {
    const meter = new MessageInstrument();
    const resources = new SharedResources({
      visaResources: { 'TCPIP::10.0.0.7::INSTR': { link: meter } },
    });
    await using manager = managerOf(
      { inline: [actor('old', 'wayward')], isolated: [actor('new', 'wayward', process_)] },
      { resources },
    );
    await manager.start();
    const answers = Promise.all([
      ...['old', 'new'].map(async (id) => await manager.call(id, 'visa', `${id}?`)),
      manager.enqueueVisaCommand('own?', 2_000, 'the program'),
    ]);
    expect(await answers).toEqual(['re old?', 're new?', 're own?']);
    // Who holds it has nobody between its commands.
    meter.journal.length = 0;
    const held = await Promise.all(
      ['old', 'new'].map(async (id) => await manager.call(id, 'hold visa', id)),
    );
    expect(held).toEqual(
      ['old', 'new'].map((id) => [`re ${id} one?`, `re ${id} two?`, 'LEASE_LOST']),
    );
    const asked = meter.journal.join(' ').match(/(old|new) (one|two)/g);
    expect([
      ['old one', 'old two', 'new one', 'new two'],
      ['new one', 'new two', 'old one', 'old two'],
    ]).toContainEqual(asked);
    await manager.shutdown();
    // They were given, so they are not ended.
    expect(await resources.enqueueVisaCommand('still?', 2_000, 'the program')).toBe('re still?');
    await resources.close();
  });

  it('publish values with arrays, and what they say goes to the log', async () => {
    await using manager = managerOf({ isolated: [actor('one', 'wayward', process_)] });
    const heard: unknown[] = [];
    const said: string[] = [];
    manager.events.on('published', ({ data }) => heard.push(data));
    manager.events.on('log', ({ level, message }) => said.push(`${level} ${message}`));
    await manager.start();
    await manager.call('one', 'publish');
    await expect.poll(() => heard).toEqual([{ trace: Float32Array.of(1, 2, 3) }]);
    expect(said.join('\n')).toContain('warn one is here');
  });
});

describe('an isolated actor that misbehaves', () => {
  it('stops nobody while it blocks', async () => {
    await using manager = managerOf({
      inline: [actor('inline', 'wayward')],
      isolated: [actor('blocked', 'wayward'), actor('free', 'wayward', process_)],
    });
    await manager.start();
    const blocked = manager.call('blocked', 'block', 2_000);
    for (let turn = 0; turn < 20; turn += 1) {
      expect(await manager.call('free', 'echo', turn)).toBe(turn);
      expect(await manager.call('inline', 'echo', turn)).toBe(turn);
    }
    await expect(manager.checkHealth()).rejects.toMatchObject({
      code: 'ACTOR_FAILED',
      details: { actors: ['blocked'] },
    });
    await blocked;
    await manager.checkHealth();
  });

  it.each(['thread', 'process'] as const)(
    'gives back what its %s held when it dies, and is started again',
    async (isolation) => {
      await using line = await EchoLine.open();
      await using manager = managerOf({ isolated: [actor('one', 'wayward', { isolation })] });
      await manager.start();
      expect(await manager.call('one', 'hold', line.path)).toBe('held');
      const port = manager.getSharedSerialPort(line.path);
      expect(port.currentOwner()).toBe('one');
      await expect(manager.call('one', 'exit')).rejects.toMatchObject({ code: 'WORKER_LOST' });
      await using guard = await port.acquire('next', 10_000);
      expect(guard.actorId).toBe('next');
      await expect.poll(() => manager.isHealthy()).toBe(true);
      expect(manager.status().actors).toMatchObject([{ id: 'one', restarts: 1 }]);
    },
  );

  it('is given up when it crashes again and again, until somebody starts it', async () => {
    await using manager = managerOf({
      isolated: [actor('one', 'wayward'), actor('two', 'wayward')],
    });
    await manager.start();
    while (manager.status().isolated !== 'error') {
      await manager.call('one', 'exit').catch(() => sleep(10));
    }
    expect(manager.isHealthy('isolated')).toBe(false);
    await expect(manager.checkHealth()).rejects.toMatchObject({
      message: expect.stringContaining('crashed too often'),
    });
    // Who asks whether all is ready is told by whom it is not.
    expect(subsystemsOf(manager)).toEqual([
      {
        name: 'runtime isolated',
        isReady: false,
        state: 'error',
        reason: 'actor one was given up',
      },
      expect.objectContaining({
        name: 'actor one',
        isReady: false,
        state: 'error',
        reason: expect.stringContaining('crashed too often') as string,
      }) as object,
      { name: 'actor two', isReady: true, state: 'running' },
    ]);
    // The other one goes on.
    expect(await manager.call('two', 'echo', 2)).toBe(2);
    await manager.restartActor('one');
    expect(manager.isHealthy()).toBe(true);
    expect(await manager.call('one', 'echo', 1)).toBe(1);
  }, 60_000);
});

describe('an inline actor', () => {
  it('is started again when it crashes', async () => {
    await using manager = managerOf({ inline: [actor('one', 'wayward')] });
    await manager.start();
    await manager.call('one', 'crash');
    await expect.poll(() => manager.status().actors[0]?.restarts).toBe(1);
    await expect.poll(() => manager.isHealthy()).toBe(true);
  });

  it('says so when it is not well', async () => {
    await using manager = managerOf({ inline: [actor('one', 'wayward')] });
    await manager.start();
    await manager.call('one', 'fall ill');
    await expect(manager.checkHealth()).rejects.toMatchObject({
      code: 'ACTOR_FAILED',
      message: expect.stringContaining('it has a cold'),
    });
  });

  it('that is left behind at a shutdown holds nothing any more', async () => {
    await using line = await EchoLine.open();
    await using resources = new SharedResources();
    await using manager = managerOf(
      { inline: [actor('one', 'wayward', { settings: { stopTakesMs: 60_000 } })] },
      { resources },
    );
    await manager.start();
    await manager.call('one', 'hold', line.path);
    expect(await manager.shutdown(500)).toMatchObject([{ step: 'inline', outcome: 'forced' }]);
    expect(resources.getSharedSerialPort(line.path).isAvailable()).toBe(true);
  });
});

describe('a manager', () => {
  it.each([
    [{}, /no runtime is enabled/],
    [{ inline: { enabled: false }, isolated: { enabled: false } }, /no runtime is enabled/],
    [
      {
        inline: { actors: [actor('one', 'wayward')] },
        isolated: { actors: [actor('one', 'asker')] },
      },
      /isolated\.actors\.0\.id: 'one' is the id of an actor in inline already/,
    ],
    [{ inline: { actors: [actor('two', 'asker'), actor('two', 'asker')] } }, /in inline already/],
    [{ isolated: { actors: [{ id: 'one' } as never] } }, /module: is missing/],
    [
      { isolated: { actors: [{ ...actor('one', 'asker'), isolation: 'room' as never }] } },
      /thread/,
    ],
    [{ inline: { actors: [] }, isolatd: { actors: [] } }, /isolatd/],
  ])('is not made of %j', (config, problem) => {
    expect(() => new RuntimeManager(config)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(problem) as string,
      }),
    );
  });

  it('tells what did not start, and has the rest run', async () => {
    await using manager = managerOf({
      inline: [actor('good', 'wayward')],
      isolated: [
        actor('bad', 'wayward', { settings: { startFails: true } }),
        actor('wrong', 'inline-only'),
        actor('fine', 'wayward'),
      ],
    });
    await expect(manager.start()).rejects.toMatchObject({
      code: 'ACTOR_FAILED',
      message: expect.stringContaining('it does not want to start'),
      details: { runtime: 'isolated', actors: ['bad', 'wrong'] },
    });
    expect(manager.status()).toMatchObject({ inline: 'active', isolated: 'error' });
    expect(manager.isHealthy('inline')).toBe(true);
    expect(await manager.call('fine', 'echo', 5)).toBe(5);
  }, 60_000);

  it('starts and stops each runtime by itself, and all again after a shutdown', async () => {
    await using manager = managerOf({
      inline: [actor('old', 'wayward')],
      isolated: [actor('new', 'wayward')],
    });
    expect(manager.status()).toMatchObject({ inline: 'inactive', isolated: 'inactive' });
    await expect(manager.call('old', 'echo')).rejects.toMatchObject({ code: 'ACTOR_FAILED' });
    await manager.startRuntime('isolated');
    expect(manager.status()).toMatchObject({ inline: 'inactive', isolated: 'active' });
    await manager.stopRuntime('isolated');
    for (let turn = 0; turn < 3; turn += 1) {
      await manager.start();
      expect(await manager.call('new', 'echo', turn)).toBe(turn);
      expect(await manager.call('old', 'echo', turn)).toBe(turn);
      await manager.shutdown();
      expect(manager.isHealthy()).toBe(false);
    }
    await expect(manager.call('nobody', 'echo')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('old, new'),
    });
  });

  it('ends within its time whoever does not stop, and kills what is apart', async () => {
    const settings = { stopTakesMs: 60_000 };
    await using manager = managerOf({
      inline: [actor('old', 'wayward', { settings })],
      isolated: [actor('new', 'wayward', { settings, ...process_ })],
    });
    await manager.start();
    const pid = (await manager.call('new', 'pid')) as number;
    const told: RuntimeStep[] = [];
    manager.events.on('step', (step) => told.push(step));
    const steps = await manager.shutdown(2_000);
    expect(steps).toEqual(told);
    expect(steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'isolated forced',
      'inline forced',
      'resources ended',
    ]);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('can be shut down while it starts', async () => {
    await using manager = managerOf({
      inline: [actor('old', 'wayward', { settings: { startTakesMs: 20_000 } })],
      isolated: [actor('new', 'wayward', process_)],
    });
    const starting = manager.start();
    const refused = expect(starting).rejects.toMatchObject({ code: 'ACTOR_FAILED' });
    await sleep(50);
    await Promise.all([manager.shutdown(5_000), manager.shutdown(5_000)]);
    await refused;
    expect(manager.status()).toMatchObject({ inline: 'inactive', isolated: 'inactive' });
    expect(manager.status().actors.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  });
});

async function countsOf(
  manager: ReturnType<typeof managerOf>,
): Promise<{ right: number; wrong: number; failed: number }[]> {
  const ids = manager.status().actors.map(({ id }) => id);
  return (await Promise.all(ids.map(async (id) => await manager.call(id, 'counts')))) as never;
}
