import { expect, it } from 'vitest';
import type { RedPitayaManager } from '../../../../src/instruments/index.ts';
import { count } from '../../../support/count.ts';
import { randomFrom } from '../../../support/random.ts';
import { mock, startedManager, traceOf } from './managers.ts';

/** Between them the worker is shut down and started so often. */
const restartEvery = 3;
const longestMs = 600_000;

/** The computed board is real in its pace: a trace at decimation 8 takes 1 ms. */
const quick = { decimation: 8 };

/** One command gets its answer, with its id. */
async function single(manager: RedPitayaManager): Promise<void> {
  const response = await manager.sendCommand('ping');
  expect(response).toEqual({ status: 'ok', data: 'pong', id: expect.any(String) as string });
  expect(response.id).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
  expect(manager.pendingCount).toBe(0);
}

/** Ten at once get ten answers, each its own. */
async function concurrent(manager: RedPitayaManager): Promise<void> {
  const setpoints = [0.1, 0.2, 0.3];
  for (const [channel, value] of setpoints.entries()) {
    const { status } = await manager.sendCommand('pid_set_setpoint', { channel, value });
    expect(status).toBe('ok');
  }
  const answers = Array.from({ length: 10 }, (_, index) =>
    manager.sendCommand('pid_get_setpoint', { channel: index % 3 }),
  );
  expect(manager.pendingCount).toBe(10);
  const responses = await Promise.all(answers);
  expect(responses.map(({ data }) => data)).toEqual(
    Array.from({ length: 10 }, (_, index) => setpoints[index % 3]),
  );
  expect(new Set(responses.map(({ id }) => id)).size).toBe(10);
}

/** A command that is not answered in time ends, and its late answer goes to nobody. */
async function timedOut(manager: RedPitayaManager): Promise<void> {
  const never = { ...quick, trigger_source: 'ext_positive_edge', timeout: 30 };
  await expect(manager.sendCommand('scope_acquire', never, 20)).rejects.toMatchObject({
    code: 'WORKER_TIMEOUT',
  });
  expect(manager.pendingCount).toBe(0);
  // The worker has given it up as well: the scope is free again.
  const { status } = await manager.sendCommand('scope_acquire', {
    ...quick,
    trigger_source: 'immediately',
  });
  expect(status).toBe('ok');
}

/** Nothing is left of commands, whether they did or failed. */
async function cleanedUp(manager: RedPitayaManager): Promise<void> {
  const commands = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0
      ? manager.sendCommand('sampler_read', { channel: 'in2' })
      : manager.sendCommand('sampler_read', { channel: 'nowhere' }),
  );
  const statuses = (await Promise.all(commands)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 'error')).toHaveLength(10);
  expect(manager.pendingCount).toBe(0);
}

/** Commands as older programs send them: without a time, without parameters, or unknown. */
async function backwards(manager: RedPitayaManager): Promise<void> {
  for (const timeoutMs of [0, -1, Number.NaN, 'soon', undefined]) {
    expect((await manager.sendCommand('ping', {}, timeoutMs)).data).toBe('pong');
  }
  expect(await manager.sendCommand('make_coffee')).toMatchObject({
    status: 'error',
    data: 'Unknown mock command: make_coffee',
  });
}

/** Scope and generator of different programs, at the same time. */
async function scopeAndGenerator(manager: RedPitayaManager): Promise<void> {
  const scope = Array.from({ length: 5 }, () =>
    manager.sendCommand('scope_acquire', { ...quick, trigger_source: 'immediately' }),
  );
  const generator = [1e3, 2e3, 5e3, 1e4, 2e4].map((frequency) =>
    manager.sendCommand('asg_setup', {
      channel: 'asg0',
      waveform: 'sin',
      frequency,
      amplitude: 0.3,
      offset: 0,
      output_direct: 'out1',
    }),
  );
  for (const { status, data } of await Promise.all(scope)) {
    expect(status).toBe('ok');
    const { voltage, time } = traceOf(data);
    expect([voltage.length, time.length]).toEqual([16_384, 16_384]);
    // Within what either the old or the new settings give, and noise.
    expect(Math.max(...voltage)).toBeLessThan(0.51);
  }
  for (const { status } of await Promise.all(generator)) expect(status).toBe('ok');
  expect(manager.lastChange('asg0')).toMatchObject({ params: { frequency: 2e4 }, isCertain: true });
}

it(
  'commands get their own answers, alone, at once, after a timeout, in any order and after restarts',
  async () => {
    const { manager } = await startedManager();
    const random = randomFrom();
    const whole = count(100);
    const tests = [single, concurrent, timedOut, cleanedUp, backwards, scopeAndGenerator];
    for (let repeat = 1; repeat <= whole; repeat += 1) {
      const order = tests
        .map((test) => ({ test, place: random() }))
        .toSorted((one, other) => one.place - other.place);
      for (const { test } of order) await test(manager);
      if (repeat % restartEvery !== 0) continue;
      await manager.shutdown();
      await expect(manager.sendCommand('ping')).rejects.toMatchObject({
        code: 'WORKER_UNAVAILABLE',
      });
      await manager.start(mock);
    }
  },
  longestMs,
);
