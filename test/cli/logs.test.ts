import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliBench } from './cli-bench.ts';
import { laboratory } from './laboratory.ts';

let bench: CliBench;
beforeAll(async () => {
  bench = await CliBench.withGateway(laboratory);
});
afterAll(async () => await bench[Symbol.asyncDispose]());

describe('logs', () => {
  it('prints the last lines, and as they are kept with --json', async () => {
    const { output } = await bench.run(['logs', '-n', '2']);
    expect(output.trim().split('\n')).toHaveLength(2);
    const lines = (await bench.run(['logs', '--lines', '3', '--json'])).output.trim().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object))).toEqual(
      Array(3).fill(expect.arrayContaining(['time', 'level', 'room', 'msg'])),
    );
  });

  it('follows until Ctrl-C, and shows each wait, grant and release with its owner at debug', async () => {
    await using log = bench.begin(['logs', '--follow', '--lines', '0']);
    expect((await bench.run(['log-level', 'ports', 'debug'])).output).toMatch(/^ports +debug$/m);
    await using holder = bench.begin(['lock', 'bus']);
    await log.says(/info +leases: signalbox \(pid \d+, user \S+\) by http holds port bus/);
    const reading = bench.run(['read', 'nitrogen', 'setpoint']);
    await log.says(/debug ports: signalbox .* waits for read node 3 setpoint.* behind signalbox/);
    holder.kill('SIGINT');
    expect((await reading).code).toBe(0);
    await log.says(/info +leases: signalbox .* no longer holds port bus: (released|disconnected)/);
    await log.says(/debug ports: signalbox .* goes: read node 3 setpoint.*, after [\d.]+ ms/);
    await log.says(/debug ports: signalbox .* is done: read node 3 setpoint.*, ok after [\d.]+ ms/);
    log.kill('SIGINT');
    expect(await log.end()).toMatchObject({ code: 130, errors: '' });
    expect((await bench.run(['log-level', 'all', 'info'])).output).not.toContain('debug');
  });

  it('warns of a hold that lasts too long while others wait', async () => {
    await using log = bench.begin(['logs', '--follow', '--lines', '0']);
    await using holder = bench.begin(['lock', 'bus']);
    await holder.says(/is yours/);
    const reading = bench.run(['read', 'nitrogen', 'setpoint', '--wait', '20s']);
    await log.says(/warn +leases: signalbox .* has held port bus for \d+ s while 1 wait/);
    expect((await bench.run(['doctor'])).output).toMatch(
      /FAILED +lease .* has held it for .* while 1/,
    );
    holder.kill('SIGTERM');
    expect((await reading).code).toBe(0);
  });

  it('says where it looked when there is no log', async () => {
    const { code, errors } = await bench.run(['logs', '--name', 'other']);
    expect(code).toBe(2);
    expect(errors).toMatch(/no log at \S+\/other\/signalbox\.log[^]*--name/);
  });
});
