import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliBench } from './cli-bench.ts';
import { laboratory } from './laboratory.ts';

let bench: CliBench;
beforeAll(async () => {
  bench = await CliBench.withGateway(laboratory);
});
afterAll(async () => await bench[Symbol.asyncDispose]());

/** Far shorter than any lease lasts without its holder. */
const shortWait = '5s';

describe('lock', () => {
  it('ends with the exit code of its command, or says why that cannot be run', async () => {
    const codes = await Promise.all(
      [
        ['true'],
        ['sh', '-c', 'exit 7'],
        ['sh', '-c', 'kill -9 $$'],
        ['no-such-command'],
        ['/'],
      ].map(async (words) => (await bench.run(['lock', 'nitrogen', '--', ...words])).code),
    );
    expect(codes).toEqual([0, 7, 137, 127, 126]);
  });

  it('lends its lease to commands of signalbox that it runs', async () => {
    const words = [
      'sh',
      '-c',
      `"$0" "$1" set nitrogen setpoint 5 --wait 1s && "$0" "$1" read nitrogen setpoint`,
    ];
    const binary = process.argv[0] ?? 'node';
    const script = new URL('../../bin/signalbox.mjs', import.meta.url).pathname;
    const { code, output } = await bench.run(['lock', 'nitrogen', '--', ...words, binary, script]);
    expect({ code, output }).toEqual({
      code: 0,
      output: 'nitrogen setpoint = 5\nnitrogen setpoint: 5\n',
    });
  });

  it('keeps others out of what it holds, and of nothing else', async () => {
    await using holder = bench.begin(['lock', 'nitrogen']);
    await holder.says(/is yours/);
    const [held, free] = await Promise.all([
      bench.run(['read', 'nitrogen', 'setpoint', '--wait', '200']),
      bench.run(['read', 'multimeter', 'voltage', '--wait', '200']),
    ]);
    expect(held.errors).toContain('WAIT_TIMEOUT');
    expect(free.code).toBe(0);
  });

  it('is free for the next at once when its holder was killed with -9', async () => {
    const holder = bench.begin(['lock', 'bus']);
    await holder.says(/is yours/);
    const next = bench.begin(['lock', 'bus', '--wait', shortWait, '--', 'echo', 'mine']);
    holder.kill('SIGKILL');
    expect(await next.end()).toMatchObject({ code: 0, output: 'mine\n' });
    await holder.end();
  });

  it('ends with Ctrl-C as 130, with kill as 143, and leaves nothing held', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const holder = bench.begin(['lock', 'bus']);
      await holder.says(/is yours/);
      holder.kill(signal);
      expect((await holder.end()).code).toBe(code);
      expect((await bench.run(['lock', '--list'])).output).toBe('nobody holds anything\n');
    }
  });

  it('leaves Ctrl-C to its command, holds until that ends, and takes its exit code', async () => {
    const script = `trap 'sleep 0.3; echo put away; exit 5' INT; echo ready; while :; do sleep 0.1; done`;
    const holder = bench.beginOnTerminal(['lock', 'bus', '--', 'sh', '-c', script]);
    await holder.says(/ready/);
    holder.type('\u0003');
    expect(await holder.end()).toMatchObject({
      code: 5,
      output: expect.stringContaining('put away') as string,
    });
  });

  it('ends its command when its lease is broken, and says so', async () => {
    const holder = bench.begin(['lock', 'bus', '--', 'sleep', '60']);
    await holder.says(/is yours/);
    const leases = (await bench.json(['lock', '--list'])) as { id: string }[];
    const words = ['lock', '--break', leases[0]?.id ?? '', '--reason', 'over night'];
    expect((await bench.run(words)).code).toBe(0);
    const { code, errors } = await holder.end();
    expect(code).toBe(2);
    expect(errors).toMatch(/the lease was lost, so the command is ended[^]*LEASE_LOST/);
    expect((await bench.run(['logs'])).output).toMatch(/break-lease by signalbox .*over night/);
  });

  it('is shared by those who name the same key', async () => {
    await using holder = bench.begin(['lock', 'bus', '--shared', 'readers']);
    await holder.says(/is yours/);
    const [same, other] = await Promise.all(
      ['readers', 'writers'].map(
        async (key) =>
          await bench.run(['lock', 'bus', '--shared', key, '--wait', '200ms', '--', 'true']),
      ),
    );
    expect([same?.code, other?.code]).toEqual([0, 2]);
  });
});

describe('release', () => {
  it('hands a port to another program until it is taken back', async () => {
    expect(await bench.run(['release', 'bus'])).toMatchObject({ code: 0 });
    const refused = await bench.run(['read', 'nitrogen', 'setpoint']);
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.errors).toMatch(/PORT_RELEASED[^]*release bus --reclaim/);
    expect((await bench.run(['doctor'])).output).toMatch(/port bus +released[^]*--reclaim/);
    expect(await bench.run(['release', 'bus', '--reclaim'])).toMatchObject({ code: 0 });
    expect((await bench.run(['read', 'nitrogen', 'setpoint'])).code).toBe(0);
  });
});
