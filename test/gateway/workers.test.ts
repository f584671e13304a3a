import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkLinks } from '../../src/cli/checks/link-checks.ts';
import { GatewayNames } from '../../src/cli/completion/live-names.ts';
import { SignalboxClient } from '../../src/client/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import { isAlive } from '../links/worker/workers.ts';
import { runPython } from '../python/run-unittest.ts';
import { count } from '../support/count.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { GatewayBench } from './gateway-bench.ts';
import { nodeDriver, workerLaboratory } from './worker-laboratory.ts';

const longestMs = 60_000;

async function ready(bench: GatewayBench): Promise<void> {
  const client = bench.client();
  await expect
    .poll(async () => (await client.readiness()).status, { timeout: 30_000 })
    .toBe('ready');
}

async function started(toml: string = workerLaboratory): Promise<GatewayBench> {
  const bench = await GatewayBench.start(toml);
  await ready(bench);
  return bench;
}

describe('an instrument whose driver is a Python library', { timeout: longestMs }, () => {
  it('reads and writes its parameters by functions of the library', async () => {
    await using bench = await started();
    const client = bench.client();
    await client.write('generator', 'frequency', 2_500);
    await client.write('generator', 'shape', 'square');
    await client.write('generator', 'running', true);
    await client.write('scope', 'gain', 20);
    const values = await Promise.all([
      client.read('generator', 'frequency'),
      client.read('generator', 'shape'),
      client.read('generator', 'running'),
      client.read('scope', 'gain'),
      client.read('scope', 'channel'),
    ]);
    expect(values.map(({ value, unit }) => [value, unit])).toEqual([
      [2_500, 'Hz'],
      ['square', undefined],
      [true, undefined],
      [20, undefined],
      [2, undefined],
    ]);
    await expect(client.write('scope', 'gain', 21)).rejects.toMatchObject({
      code: 'VALUE_OUT_OF_RANGE',
    });
    await expect(client.write('generator', 'shape', 'saw')).rejects.toMatchObject({
      code: 'VALUE_OUT_OF_RANGE',
    });
    await expect(client.write('scope', 'channel', 1)).rejects.toMatchObject({ code: 'READ_ONLY' });
    expect((await client.identify('scope')).text).toContain('bench_driver');
    const { lastChange } = await client.instrument('generator');
    expect(lastChange).toMatchObject({ what: 'write running', by: { program: 'test' } });
  });

  it('calls any function, and gives arrays as lists of numbers', async () => {
    await using bench = await started();
    const client = bench.client();
    expect(await client.call('scope', 'samples', { count: 3 })).toEqual({
      volts: [0, 0.5, 1],
      channel: 1,
    });
    expect(await client.call('scope', 'echo', ['in order'])).toBe('in order');
    expect(await client.call('scope', 'matrix')).toEqual([
      [1, 2],
      [3, null],
    ]);
    expect(await client.call('scope', 'configure', { gain: 4 })).toBeNull();
    expect((await client.instrument('scope')).lastChange?.what).toBe('call configure');
    await client.call('scope', 'status');
    expect((await client.instrument('scope')).lastChange?.what).toBe('call configure');
    const [entry] = (await client.trace('scope')).slice(-1);
    expect(entry).toMatchObject({ label: 'call status', request: { text: 'status {}' } });
  });

  it('offers the functions that are its own, and calls no others', async () => {
    const own = workerLaboratory.replace(
      'title = "Scope"',
      'functions = ["echo", "samp*"]\ntitle = "Scope"',
    );
    await using bench = await started(own);
    const client = bench.client();
    const names = (await client.functions('scope')).map(({ name }) => name);
    expect(names.toSorted()).toEqual(['echo', 'samples']);
    expect((await client.functions('generator')).length).toBeGreaterThan(names.length);
    expect(await client.functions('meter')).toEqual([]);
    expect(await client.call('scope', 'echo', { value: 1 })).toBe(1);
    // Nobody gets round a lease of the generator by a call through the scope.
    await using _lease = await client.lease({ instrument: 'generator', holdMs: 20_000 });
    await expect(client.call('scope', 'configure', { frequency: 5 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('it has echo, samp*') as string,
    });
    // What its parameters need is its own as well.
    expect((await client.read('scope', 'gain')).value).toBe(1);
  });

  it('offers its functions and their arguments on the command line', async () => {
    await using bench = await started();
    const client = bench.client();
    const none = async (): Promise<readonly string[]> => await Promise.resolve([]);
    const names = new GatewayNames({
      client: async () => await Promise.resolve(client),
      gateways: none,
      devices: none,
      shells: [],
      signal: AbortSignal.timeout(longestMs),
    });
    const offered = async (argument: string, ...positionals: string[]): Promise<unknown> =>
      await names.of({ command: 'call', argument, positionals, current: '' });
    expect(await offered('function', 'scope')).toContainEqual({
      text: 'echo',
      description: 'Gives back what it is given.',
    });
    expect(await offered('function', 'meter')).toEqual([]);
    expect(await offered('arguments', 'scope', 'slow_echo')).toEqual([
      { text: 'value=', description: '' },
      { text: 'seconds=', description: '' },
    ]);
  });

  it('says what is wrong with a call', async () => {
    await using bench = await started();
    const client = bench.client();
    const failing = async (instrument: string, name: string, params = {}, options = {}) =>
      await client.call(instrument, name, params, options).catch((error: unknown) => error);
    expect(await failing('scope', 'nothing')).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failing('scope', 'echo', { wrong: 1 })).toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(await failing('scope', '$/drain')).toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(await failing('scope', 'raise_it')).toMatchObject({
      code: 'WORKER_FAILED',
      message: expect.stringContaining('out of order') as string,
    });
    expect(await failing('meter', 'echo')).toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(
      await failing('scope', 'samples', { count: 1_100_000 }, { timeoutMs: 20_000 }),
    ).toMatchObject({ code: 'VALUE_OUT_OF_RANGE' });
    expect(
      await failing('scope', 'slow_echo', { value: 1, seconds: 0.3 }, { timeoutMs: 20 }),
    ).toMatchObject({ code: 'OUTCOME_UNKNOWN', details: { cause: 'INSTRUMENT_TIMEOUT' } });
    expect(await client.call('scope', 'echo', { value: 'after' })).toBe('after');
  });

  it('writes down where each call went, and which answer went to nobody', async () => {
    await using bench = await started();
    const client = bench.client();
    await client.setLogLevels({ workers: 'debug', ports: 'debug' });
    const late = { value: 1, seconds: 0.2 };
    await client.call('scope', 'slow_echo', late, { timeoutMs: 20 }).catch(() => {});
    await client.call('scope', 'echo', { value: 2 });
    const log = async (): Promise<string> =>
      await readFile(bench.file('state/signalbox.log'), 'utf8');
    await expect.poll(log).toContain('bench: dropped a reply (late): slow_echo');
    expect(await log()).toMatch(/test by http goes: call echo, after/);
    expect(await log()).toMatch(/test by http is done: call echo, ok after/);
    const [worker] = await client.workers();
    expect(worker?.statistics).toMatchObject({ late: 1, results: 1 });
  });

  it('tells the function when its caller gives up', async () => {
    await using bench = await started();
    const client = bench.client();
    const stop = new AbortController();
    const waiting = client.call(
      'generator',
      'wait_until_cancelled',
      {},
      { signal: stop.signal, timeoutMs: 60_000 },
    );
    await expect.poll(async () => (await client.port('generator')).serving?.label).toBeDefined();
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(async () => await client.call('scope', 'was_cancelled')).toBe(true);
    expect(await client.call('generator', 'echo', { value: 1 })).toBe(1);
  });

  it('runs two ports of one worker side by side, and one port in turn', async () => {
    await using bench = await started();
    const client = bench.client();
    const busy = async (instrument: string, device: string): Promise<number> =>
      Number(await client.call(instrument, 'busy', { device, seconds: 0.1 }));
    await Promise.all([busy('scope', 'scope'), busy('scope', 'generator')]);
    expect(await busy('scope', 'scope')).toBe(0);
    await Promise.all([busy('scope', 'scope'), busy('generator', 'generator')]);
    expect(await busy('scope', 'scope')).toBe(1);
  });

  it('keeps others out of the port that is leased, and of no other', async () => {
    await using bench = await started();
    const client = bench.client();
    const lease = await client.lease({ instrument: 'scope', holdMs: 20_000 });
    const other = async (instrument: string): Promise<unknown> =>
      await client.call(instrument, 'echo', { value: 1 }, { waitMs: 50 });
    await expect(other('scope')).rejects.toMatchObject({ code: 'WAIT_TIMEOUT' });
    expect(await other('generator')).toBe(1);
    expect(await client.call('scope', 'echo', { value: 2 }, { lease })).toBe(2);
    await lease.release();
    expect(await other('scope')).toBe(1);
  });

  it('gives nobody the answer to a call whose lease was taken away meanwhile', async () => {
    await using bench = await started();
    const client = bench.client();
    const lease = await client.lease({ instrument: 'scope', holdMs: 20_000 });
    const params = { value: 1, seconds: 0.5 };
    const answer = client
      .call('scope', 'slow_echo', params, { lease })
      .catch((error: unknown) => error);
    await expect.poll(async () => (await client.port('scope')).serving?.label).toBeDefined();
    await client.breakLease(lease.id, 'a test');
    expect(await answer).toMatchObject({ code: 'LEASE_LOST' });
  });

  it('tells HTTP watchers what the worker says unasked', async () => {
    await using bench = await started();
    const client = bench.client();
    const events = client.workerEvents('scope');
    const first = events.next();
    // It is heard from the moment on that the stream is open.
    const ticking = setInterval(() => void client.call('generator', 'tell').catch(() => {}), 50);
    const { value } = await first;
    clearInterval(ticking);
    expect(value).toMatchObject({ event: 'event', data: { name: 'tick', data: { index: 0 } } });
    const log = await readFile(bench.file('state/signalbox.log'), 'utf8');
    expect(log).toMatch(/"room":"workers".*"msg":"bench: ticked"/);
    await events.return();
  });
});

describe('a worker that crashes', { timeout: longestMs }, () => {
  it('is started again, while callers get typed errors and the other ports go on', async () => {
    await using bench = await started();
    const client = bench.client();
    const crashed = await client.call('scope', 'crash').catch((error: unknown) => error);
    expect(crashed).toMatchObject({ code: 'OUTCOME_UNKNOWN', details: { cause: 'WORKER_LOST' } });
    // What waits for its turn meanwhile is answered by the next life; a read is asked again.
    const [value, answer, voltage] = await Promise.all([
      client.read('generator', 'frequency'),
      client.call('scope', 'echo', { value: 'again' }),
      client.read('meter', 'voltage'),
    ]);
    expect([value.value, answer, typeof voltage.value]).toEqual([1_000, 'again', 'number']);
    const [worker] = await client.workers();
    expect(worker).toMatchObject({ name: 'bench', restarts: 1, ports: ['scope', 'generator'] });
  });

  it('loses no call, and repeats none, under load', async () => {
    await using bench = await started();
    const client = bench.client();
    const calls = count(1_000);
    const outcomes = new Map<string, number>();
    let crossed = 0;
    let meterReads = 0;
    const done = new AbortController();
    const meter = (async () => {
      while (!done.signal.aborted) {
        await client.read('meter', 'voltage', { waitMs: 5_000 });
        meterReads += 1;
      }
    })();
    const crashing = (async () => {
      for (let crash = 0; crash < 3; crash += 1) {
        await client.call('generator', 'crash', {}, { waitMs: 20_000 }).catch(() => {});
      }
    })();
    await Promise.all(
      Array.from({ length: 20 }, async (_, caller) => {
        for (let index = 0; index < calls / 20; index += 1) {
          const value = `${caller}.${index}`;
          const outcome = await client
            .call(caller % 2 === 0 ? 'scope' : 'generator', 'echo', { value }, { waitMs: 20_000 })
            .then((result) => {
              if (result !== value) crossed += 1;
              return 'answered';
            })
            .catch((error: unknown) => (error as { code: string }).code);
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      }),
    );
    await crashing;
    done.abort();
    await meter;
    const { answered = 0, ...others } = Object.fromEntries(outcomes);
    expect(crossed).toBe(0);
    expect(meterReads).toBeGreaterThan(0);
    expect(answered).toBeGreaterThan(0);
    expect(['OUTCOME_UNKNOWN', 'WORKER_UNAVAILABLE']).toEqual(
      expect.arrayContaining(Object.keys(others)),
    );
    const [worker] = await client.workers();
    expect(worker?.restarts).toBe(3);
  });

  it('says per worker why it is not ready, and no other port is held up', async () => {
    await using bench = await GatewayBench.start(
      `${workerLaboratory}\n[workers.broken]\ncommand = ["no-such-program-anywhere"]\n[ports.broken]\nworker = "broken"\nprotocol = "calls"\n`,
    );
    const client = bench.client();
    await expect
      .poll(async () => (await client.readiness()).workers['broken']?.state, { timeout: 20_000 })
      .toBe('error');
    const { status, workers, ports } = await client.readiness();
    expect(status).toBe('not-ready');
    expect(workers['broken']).toMatchObject({
      ready: false,
      reason: expect.stringContaining('was not found') as string,
    });
    expect(workers['bench']).toMatchObject({ ready: true });
    expect(ports['broken']?.ready).toBe(false);
    expect(await client.call('scope', 'echo', { value: 1 })).toBe(1);
  });
});

describe('two programs at once', { timeout: 240_000 }, () => {
  it('get each their own answers, through HTTP and through the Python client', async () => {
    await using bench = await started();
    const client = bench.client();
    const calls = count(2_000);
    const callers = 10;
    const program = `
import threading
from signalbox import connect
failures = []
def ask(caller, count):
    with connect(program=f"python {caller}") as laboratory:
        scope = laboratory.instrument("scope" if caller % 2 else "generator")
        assert "echo" in [each["name"] for each in scope.functions()]
        for index in range(count):
            value = {"caller": caller, "index": index}
            if scope.call("echo", value=value) != value:
                failures.append(value)
threads = [threading.Thread(target=ask, args=(caller, ${calls / 2 / callers})) for caller in range(${callers})]
[each.start() for each in threads]
[each.join() for each in threads]
assert not failures, failures
print("python is done")
`;
    let crossed = 0;
    const [ran] = await Promise.all([
      runPython(['-c', program], { SIGNALBOX_URL: client.url }),
      ...Array.from({ length: callers }, async (_, caller) => {
        for (let index = 0; index < calls / 2 / callers; index += 1) {
          const value = [caller, index];
          const name = caller % 2 === 0 ? 'scope' : 'generator';
          const result = await client.call(name, 'echo', { value });
          if (JSON.stringify(result) !== JSON.stringify(value)) crossed += 1;
        }
      }),
    ]);
    expect(ran).toEqual({ code: 0, text: 'python is done\n' });
    expect(crossed).toBe(0);
    const statistics = await Promise.all(
      ['scope', 'generator'].map(async (port) => await client.statistics(port)),
    );
    expect(statistics.map(({ failures }) => failures)).toEqual([0, 0]);
    const operations = statistics.reduce((sum, each) => sum + each.operations, 0);
    expect(operations).toBe(calls);
  });
});

describe('a worker for Node', { timeout: longestMs }, () => {
  it.each(['process', 'thread'])('is an instrument as a %s', async (isolation) => {
    await using bench = await started(`
[workers.node]
module = "${nodeDriver}"
isolation = "${isolation}"
memoryMostMib = 256
[ports.node]
worker = "node"
protocol = "calls"
[instruments.node]
port = "node"
driver = "worker"
[instruments.node.parameters.level]
read = "level"
write = "setLevel"
`);
    const client = bench.client();
    await client.write('node', 'level', 0.25);
    expect((await client.read('node', 'level')).value).toBe(0.25);
    expect(await client.call('node', 'image')).toEqual([1, 2, 3]);
    expect(await client.identify('node')).toMatchObject({ model: 'node driver', firmware: '2.0' });
  });
});

describe('the end of workers', { timeout: longestMs }, () => {
  it('comes with the last port that is released, and a port that is taken back starts it', async () => {
    await using bench = await started();
    const client = bench.client();
    await client.releasePort('scope');
    expect((await client.workers())[0]?.state).toBe('ready');
    await client.releasePort('generator');
    expect((await client.workers())[0]?.state).toBe('stopped');
    expect((await client.readiness()).workers['bench']?.ready).toBe(true);
    await client.reclaimPort('scope');
    expect(await client.call('scope', 'echo', { value: 1 })).toBe(1);
  });

  it('comes with the gateway, by force where a function does not end', async () => {
    const bench = await started();
    await using _bench = bench;
    const client = bench.client();
    const pid = (await client.workers())[0]?.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    const stuck = client
      .call('scope', 'slow_echo', { value: 1, seconds: 60 }, { timeoutMs: 120_000 })
      .catch((error: unknown) => error);
    await expect.poll(async () => (await client.port('scope')).serving?.label).toBeDefined();
    await bench.gateway.close();
    expect(await stuck).toMatchObject({ code: 'CLOSED' });
    expect(isAlive(pid)).toBe(false);
    const log = await readFile(bench.file('state/signalbox.log'), 'utf8');
    expect(log).toContain('worker bench is stopped');
    expect(log).not.toContain('had not ended');
  });

  it('comes with the gateway that is killed', async () => {
    await using gateway = await GatewayProcess.start(workerLaboratory);
    const client = new SignalboxClient({ url: gateway.url, program: 'test' });
    expect(await client.call('scope', 'echo', { value: 1 }, { waitMs: 30_000 })).toBe(1);
    const pid = (await client.workers())[0]?.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    process.kill(gateway.pid, 'SIGKILL');
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('comes after what they have under way is answered', async () => {
    await using bench = await started();
    const client = bench.client();
    const answer = client.call('scope', 'slow_echo', { value: 'in time', seconds: 0.5 });
    await expect.poll(async () => (await client.port('scope')).serving?.label).toBeDefined();
    await bench.gateway.drain();
    expect(await answer).toBe('in time');
    const log = await readFile(bench.file('state/signalbox.log'), 'utf8');
    expect(log).toContain('worker bench is draining');
    expect(log).not.toContain('had not ended');
  });
});

describe('the doctor', { timeout: longestMs }, () => {
  it('starts each worker once to see whether it can be, and leaves none', async () => {
    const toml = `${workerLaboratory}
[workers.broken]
command = ["no-such-program-anywhere"]
[ports.broken]
worker = "broken"
protocol = "calls"
`;
    const checks = await checkLinks(parseConfig(toml, 'lab.toml'), AbortSignal.timeout(longestMs));
    const found = Object.fromEntries(checks.map(({ name, passed }) => [name, passed]));
    expect(found).toEqual({
      'port meter': true,
      'port scope': true,
      'port generator': true,
      'port broken': false,
    });
    expect(checks.find(({ name }) => name === 'port broken')?.found).toContain('was not found');
  });
});

describe('the configuration of workers', () => {
  const problems = (toml: string): string => {
    try {
      parseConfig(toml, 'lab.toml');
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it.each([
    ['[workers.a]\n', 'exactly one of command and module'],
    ['[workers.a]\ncommand = ["x"]\nmodule = "y"\n', 'exactly one of command and module'],
    ['[workers.a]\ncommand = ["x"]\nisolation = "thread"\n', 'a thread needs a module'],
    ['[workers.a]\nmodule = "x"\nisolation = "thread"\nworkingFolder = "y"\n', 'not of a thread'],
    [
      '[workers.scope]\nmodule = "x"\n[ports.a]\nworker = "scop"\nprotocol = "calls"\n',
      "no worker 'scop'; did you mean 'scope'?",
    ],
    [
      '[workers.a]\nmodule = "x"\n[ports.a]\nworker = "a"\nprotocol = "lines"\n',
      'protocol = "calls"',
    ],
    ['[ports.a]\ntcp = "h:1"\nprotocol = "calls"\n', 'worker = "NAME"'],
    [
      '[workers.a]\nmodule = "x"\n[ports.a]\nworker = "a"\nprotocol = "calls"\nvirtualPorts = ["v"]\n',
      'a worker takes calls',
    ],
    [
      '[ports.a]\ntcp = "h:1"\nprotocol = "lines"\n[instruments.a]\nport = "a"\ndriver = "worker"\n',
      'a worker instrument needs a port with protocol "calls"',
    ],
    [
      '[workers.a]\nmodule = "x"\n[ports.a]\nworker = "a"\nprotocol = "calls"\n[instruments.a]\nport = "a"\ndriver = "worker"\n[instruments.a.parameters.x]\nwrite = "$/drain"\n',
      'none begins with $',
    ],
  ])('%j is told what is wrong with it', (toml, problem) => {
    expect(problems(toml)).toContain(problem);
  });
});
