import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RedPitayaBoards } from '../../../../src/instruments/index.ts';
import type { Owner } from '../../../../src/kernel/index.ts';
import { mock, newManager, startedManager, traceOf } from './managers.ts';

const by: Owner = { id: 'plugin', program: 'scope.py', door: 'http', sinceMs: 0 };
const never = { decimation: 8, trigger_source: 'ext_positive_edge', timeout: 60 };
const board = { hostname: 'pitaya.lab' };

/** PyRPL's surface without a board, for workers that start from here on. */
function withStub(environment: Readonly<Record<string, string>> = {}): void {
  const stubs = fileURLToPath(new URL('../../../../python/tests/stubs/', import.meta.url));
  for (const [name, value] of Object.entries({ PYTHONPATH: stubs, ...environment })) {
    vi.stubEnv(name, value);
  }
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe('a manager of a Red Pitaya', () => {
  it('is not asked before it is started, nor after it was shut down', async () => {
    const { manager } = newManager();
    const refusal = { code: 'WORKER_UNAVAILABLE', details: { isSent: false } };
    await expect(manager.sendCommand('ping')).rejects.toMatchObject(refusal);
    await manager.start(mock);
    expect((await manager.sendCommand('ping')).data).toBe('pong');
    expect((await manager.sendCommand('shutdown')).status).toBe('ok');
    await expect(manager.sendCommand('ping')).rejects.toMatchObject(refusal);
    await manager.restart();
    expect((await manager.sendCommand('ping')).data).toBe('pong');
  });

  it('stays with its configuration when it is started with another one, and says so', async () => {
    const { manager, log } = await startedManager();
    const pid = manager.status?.pid;
    await Promise.all([manager.start(mock), manager.start({ isMock: true, seed: 2 })]);
    expect(manager.status?.pid).toBe(pid);
    expect(log.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('ends, starts and ends however often it is told to at once', async () => {
    const { manager } = await startedManager();
    await Promise.all([manager.shutdown(), manager.start(mock), manager.start(mock)]);
    expect((await manager.sendCommand('ping')).data).toBe('pong');
    await manager.shutdown();
    for (const doesWait of [false, true]) {
      const started = manager.start(mock);
      const refused = expect(started).rejects.toMatchObject({ code: 'WORKER_UNAVAILABLE' });
      if (doesWait) await expect.poll(() => manager.status?.state).toBe('starting');
      await Promise.all([manager.shutdown(), manager.shutdown()]);
      await refused;
      expect(manager.status).toBeUndefined();
    }
  });

  it('writes down the way of each command, and drops an answer that comes too late', async () => {
    let made = 0;
    const { manager, log } = await startedManager({ newId: () => `id-${(made += 1)}` });
    await manager.sendCommand('ping');
    const late = manager.sendCommand('scope_acquire', never, 30);
    await expect(late).rejects.toMatchObject({ code: 'WORKER_TIMEOUT' });
    await expect
      .poll(() => log.map(({ message }) => message))
      .toContain('red-pitaya: dropped a reply (late): scope_acquire id-2');
    const lines = log.filter(({ id }) => id !== undefined);
    expect(lines).toEqual([
      { level: 'debug', message: 'red-pitaya: sent', command: 'ping', id: 'id-1' },
      { level: 'debug', message: 'red-pitaya: answered: ok', command: 'ping', id: 'id-1' },
      { level: 'debug', message: 'red-pitaya: sent', command: 'scope_acquire', id: 'id-2' },
      {
        level: 'debug',
        message: expect.stringContaining(
          'given up: red-pitaya, scope_acquire: no answer within 30 ms',
        ) as string,
        command: 'scope_acquire',
        id: 'id-2',
      },
    ]);
  });

  it('tells who changed a module last, and how', async () => {
    const { manager } = await startedManager();
    expect(manager.lastChanges()).toEqual([]);
    const asg = { channel: 0, frequency: 2_000 };
    await manager.sendCommand('asg_setup', asg, 5_000, { by });
    await manager.sendCommand('pid_set_setpoint', { channel: 'pid1', value: 0.5 });
    await manager.sendCommand('pid_set_setpoint', { channel: 'pid1', value: 5 }, 5_000, { by });
    await manager.sendCommand('sampler_read', { channel: 'in1' }, 5_000, { by });
    expect(manager.lastChange('asg0')).toEqual({
      module: 'asg0',
      by,
      atMs: expect.any(Number) as number,
      command: 'asg_setup',
      params: asg,
      isCertain: true,
    });
    expect(manager.lastChange('pid1')).toMatchObject({ params: { value: 0.5 } });
    expect(manager.lastChange('pid1')?.by).toBeUndefined();
    expect(manager.lastChanges()).toHaveLength(2);
    await expect(manager.sendCommand('scope_acquire', never, 30, { by })).rejects.toThrow();
    expect(manager.lastChange('scope')).toMatchObject({ by, isCertain: false });
    await manager.restart();
    expect(manager.lastChanges()).toEqual([]);
  });

  it('gives the words of the worker for what the board cannot do', async () => {
    const { manager } = await startedManager();
    const triangle = await manager.sendCommand('asg_setup', { channel: 0, waveform: 'triangle' });
    expect(triangle).toMatchObject({
      status: 'error',
      data: expect.stringMatching(/^waveform 'triangle' is not known to PyRPL/) as string,
      error: { code: 'BAD_ARGUMENT' },
    });
    const missing = await manager.sendCommand('pid_set_setpoint', { chanel: 0 });
    expect(missing).toMatchObject({ status: 'error', error: { code: 'BAD_ARGUMENT' } });
  });

  it('lets a waiting scope keep nobody waiting, and takes back what is taken back', async () => {
    const { manager } = await startedManager();
    const taken = new AbortController();
    const waiting = manager.sendCommand('scope_acquire', never, 60_000, { signal: taken.signal });
    const refused = expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    for (let time = 0; time < 20; time += 1) {
      const { status } = await manager.sendCommand('asg_setup', { channel: 1, frequency: time });
      expect(status).toBe('ok');
    }
    expect(manager.pendingCount).toBe(1);
    taken.abort();
    await refused;
    expect(
      (await manager.sendCommand('scope_acquire', { decimation: 8, trigger_source: 'immediately' }))
        .status,
    ).toBe('ok');
  });

  it('goes on with a new worker when one dies, and repeats nothing', async () => {
    const { manager } = await startedManager();
    await manager.sendCommand('asg_setup', { channel: 0, frequency: 5 });
    const lost = manager.sendCommand('scope_acquire', never, 60_000);
    const refused = expect(lost).rejects.toMatchObject({ code: 'WORKER_LOST' });
    await expect.poll(() => manager.pendingCount).toBe(1);
    process.kill(-Number(manager.status?.pid), 'SIGKILL');
    await refused;
    const trace = await manager.sendCommand('scope_acquire', { decimation: 64 }, 20_000);
    expect(traceOf(trace.data).voltage).toBeInstanceOf(Float32Array);
    expect(manager.lastChange('asg0')).toBeUndefined();
    expect(manager.status?.restarts).toBe(1);
  });
});

describe('a board through PyRPL', () => {
  it('answers as the computed one does', async () => {
    withStub();
    const { manager } = newManager();
    await manager.start(board);
    const [trace, { data }] = await Promise.all([
      manager.sendCommand('scope_acquire', { decimation: 64 }),
      manager.sendCommand('sampler_read', { channel: 'in1' }),
    ]);
    expect(traceOf(trace.data).voltage[512]).toBeCloseTo(0.5);
    expect(traceOf(trace.data).time).toHaveLength(16_384);
    expect(data).toBe(0.25);
    expect(await manager.sendCommand('make_coffee')).toMatchObject({
      data: 'Unknown command: make_coffee',
    });
  });

  it('that is not to be had is told with the reason, and let go', async () => {
    const boards = new RedPitayaBoards();
    const { manager } = newManager({ boards });
    await expect(manager.start(board)).rejects.toMatchObject({
      code: 'WORKER_UNAVAILABLE',
      message: expect.stringContaining('pip install pyrpl') as string,
    });
    expect(manager.status).toBeUndefined();
    expect(boards.holders(board.hostname)).toEqual([]);
    await expect(manager.start({ hostname: '--mock' })).rejects.toThrow();
    await expect(manager.start({})).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
  });

  it('is tried again after a failure of the network', async () => {
    withStub({ SIGNALBOX_STUB_FAILURES: '1' });
    const { manager } = newManager();
    await manager.start(board);
    expect((await manager.sendCommand('sampler_read', { channel: 'in1' })).data).toBe(0.25);
  });

  it('excludes the SCPI server on it, until it is shut down', async () => {
    withStub();
    const boards = new RedPitayaBoards();
    const { manager } = newManager({ boards, name: 'pitaya' });
    await manager.start(board);
    const scpi = { host: 'Pitaya.lab.', way: 'scpi', holder: 'instrument scope' } as const;
    expect(() => boards.claim(scpi)).toThrow(
      expect.objectContaining({
        code: 'LEASE_HELD',
        message: expect.stringContaining('pitaya uses it through PyRPL') as string,
      }),
    );
    await manager.shutdown();
    using _claim = boards.claim(scpi);
    await expect(manager.start(board)).rejects.toMatchObject({
      code: 'LEASE_HELD',
      message: expect.stringContaining(
        'instrument scope uses it through the SCPI server',
      ) as string,
    });
  });
});
