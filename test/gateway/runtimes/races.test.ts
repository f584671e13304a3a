import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SharedResources } from '../../../src/instruments/index.ts';
import { isAlive } from '../../links/worker/workers.ts';
import { EchoLine } from '../../support/echo-line.ts';
import { MessageInstrument } from '../../support/message-instrument.ts';
import { actor, managerOf } from './runtime-bench.ts';

describe('a shutdown', () => {
  it('ends an actor that was started by itself after its runtime was stopped', async () => {
    await using manager = managerOf({
      isolated: [actor('one', 'wayward', { isolation: 'process' }), actor('two', 'wayward')],
    });
    await manager.start();
    await manager.stopRuntime('isolated');
    expect(manager.status().isolated).toBe('inactive');
    await manager.restartActor('one');
    expect(manager.status().isolated).toBe('active');
    const pid = (await manager.call('one', 'pid')) as number;
    await manager.shutdown();
    expect(isAlive(pid)).toBe(false);
    expect(manager.status().isolated).toBe('inactive');
  });

  it.each(['inline', 'isolated'] as const)(
    'is not undone by a restart of an %s actor that was under way',
    async (runtime) => {
      const slow = actor('slow', 'wayward', { settings: { stopTakesMs: 1_000 } });
      await using manager = managerOf({ [runtime]: [slow] });
      await manager.start();
      const heard: string[] = [];
      manager.events.on('actor', ({ state }) => heard.push(state));
      const restarted = manager.restartActor('slow', 3_000).catch((error: unknown) => error);
      await sleep(20);
      await manager.shutdown(400);
      expect(await restarted).toMatchObject({ code: 'ACTOR_FAILED' });
      expect(heard).not.toContain('running');
    },
  );

  it('is not undone by a start that waited for a stop', async () => {
    await using manager = managerOf({
      isolated: [actor('slow', 'wayward', { settings: { stopTakesMs: 500 } })],
    });
    await manager.start();
    const stopped = manager.stopRuntime('isolated', 3_000);
    const started = manager.startRuntime('isolated').catch((error: unknown) => error);
    await manager.shutdown(4_000);
    await stopped;
    expect(await started).toMatchObject({ code: 'ACTOR_FAILED' });
    expect(manager.status()).toMatchObject({
      isolated: 'inactive',
      actors: [{ state: 'stopped' }],
    });
  });

  it.each(['inline', 'isolated'] as const)(
    'does not wait for the module of an %s actor, and does not start it afterwards',
    async (runtime) => {
      await using manager = managerOf({ [runtime]: [actor('one', 'never-loads')] });
      const said: string[] = [];
      manager.events.on('log', ({ message }) => said.push(message));
      const started = manager.start().catch((error: unknown) => error);
      await sleep(50);
      await manager.stopRuntime(runtime, 200);
      expect(await started).toMatchObject({ code: 'ACTOR_FAILED' });
      await sleep(2_000);
      expect(said.join()).not.toContain('it was stopped before');
    },
    20_000,
  );
});

describe('a start', () => {
  it('waits for a stop, and has the actor run', async () => {
    await using manager = managerOf({
      inline: [actor('old', 'wayward', { settings: { stopTakesMs: 200 } })],
      isolated: [actor('new', 'wayward', { settings: { stopTakesMs: 200 } })],
    });
    await manager.start();
    const stopped = [manager.stopRuntime('inline'), manager.stopRuntime('isolated')];
    expect(manager.status().actors.map(({ state }) => state)).toEqual(['stopping', 'stopping']);
    await expect(manager.call('new', 'echo')).rejects.toMatchObject({ code: 'ACTOR_FAILED' });
    await manager.start();
    await Promise.all(stopped);
    expect(manager.isHealthy()).toBe(true);
    expect(await manager.call('old', 'echo', 1)).toBe(1);
    expect(await manager.call('new', 'echo', 2)).toBe(2);
  });
});

describe.each(['inline', 'isolated'] as const)('an %s actor', (runtime) => {
  it('is refused in the words that programs look for, and in the wrong order', async () => {
    await using line = await EchoLine.open();
    const meter = { 'TCPIP::10.0.0.7::INSTR': { link: new MessageInstrument() } };
    await using resources = new SharedResources({ visaResources: meter });
    await using manager = managerOf({ [runtime]: [actor('one', 'wayward')] }, { resources });
    await manager.start();
    expect(await manager.call('one', 'take in the wrong order', line.path)).toBe('LOCK_ORDER');
    await using _held = await manager.getSharedSerialPort(line.path).acquire('other', 2_000);
    expect(await manager.call('one', 'be refused', line.path)).toEqual([
      `Serial port ${line.path} is already in use by actor 'other', requested by 'one'`,
      `Timeout acquiring serial port ${line.path} for actor one (timeout: 50ms)`,
    ]);
  });
});

describe('an isolated actor', () => {
  it('holds nothing that it has given up before it had it', async () => {
    await using line = await EchoLine.open();
    await using manager = managerOf({ isolated: [actor('one', 'wayward')] });
    await manager.start();
    const port = manager.getSharedSerialPort(line.path);
    for (let turn = 0; turn < 50; turn += 1) {
      await manager.call('one', 'hold for a moment', line.path);
      await (await port.acquire('next', 2_000)).release();
    }
  });

  it('is told when what it holds has ended', async () => {
    await using line = await EchoLine.open();
    await using resources = new SharedResources({
      serialPorts: { [line.path]: { holdMs: 200 } },
    });
    await using manager = managerOf(
      { inline: [actor('old', 'wayward')], isolated: [actor('new', 'wayward')] },
      { resources },
    );
    const lost: unknown[] = [];
    manager.events.on('published', ({ data }) => lost.push(data));
    await manager.start();
    for (const id of ['old', 'new']) {
      expect(await manager.call(id, 'hold and tell', line.path)).toBe('held');
      await expect.poll(() => lost.at(-1)).toBe(id);
    }
  });

  it('has settings that are in no list of processes', async () => {
    await using manager = managerOf({
      isolated: [actor('one', 'wayward', { isolation: 'process', settings: { secret: 'hush' } })],
    });
    await manager.start();
    const { readFile } = await import('node:fs/promises');
    const pid = String(await manager.call('one', 'pid'));
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('hush');
  });
});

it.each(['inline', 'isolated'] as const)(
  'a call of an %s actor that takes too long is told to it',
  async (runtime) => {
    await using manager = managerOf({ [runtime]: [actor('one', 'wayward')] });
    const told: unknown[] = [];
    manager.events.on('published', ({ data }) => told.push(data));
    await manager.start();
    await expect(manager.call('one', 'wait', undefined, { timeoutMs: 50 })).rejects.toThrow();
    await expect.poll(() => told).toEqual(['wait']);
  },
);
