import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CliBench, nowhere } from './cli-bench.ts';
import { laboratory } from './laboratory.ts';

const other = laboratory.replace('name = "bench"', 'name = "other"');

describe('the gateway that is meant', () => {
  it('is the one that runs here, wherever it listens', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    const status = (await bench.json(['status'])) as { url: string };
    expect(status.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const environment = nowhere;
    expect((await bench.run(['status'], { environment })).code).toBe(6);
    const named = await bench.run(['status', '--url', status.url], { environment });
    expect(named.code).toBe(0);
  });

  it('has to be named when several run', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    await bench.start(other, 'other.toml');
    const { code, errors } = await bench.run(['status']);
    expect(code).toBe(2);
    expect(errors).toMatch(/several gateways run here: bench \(http.*other \(http[^]*--name NAME/);
    for (const name of ['bench', 'other']) {
      expect((await bench.run(['status', '--name', name])).output).toContain(
        `/${name}/simulator-bus`,
      );
      expect((await bench.run(['logs', '--name', name])).output).toContain(`${name} is running`);
    }
    expect((await bench.run(['stop', '--name', 'other'])).code).toBe(0);
    expect((await bench.run(['status'])).code).toBe(0);
  });

  it('is not one that was killed', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    const { pid } = (await bench.json(['status'])) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
    const { code, errors } = await bench.run(['stop', '--name', 'bench']);
    expect(code).toBe(2);
    expect(errors).toContain("no gateway named 'bench' runs here");
    // What it left behind is in nobody's way.
    await bench.start(other, 'other.toml');
    expect((await bench.run(['status'])).output).toContain('/other/simulator-bus');
    expect((await bench.run(['stop'])).code).toBe(0);
    const restarted = await bench.run(['restart'], { environment: nowhere });
    expect(restarted).toMatchObject({ code: 0, errors: '' });
    expect(restarted.output).toMatch(/none was running\nbench runs in the background/);
    expect((await bench.run(['read', 'nitrogen', 'userTag'])).code).toBe(0);
    await bench.run(['stop']);
  });

  it('lets whoever may read its token file in, and nobody else', async () => {
    await using bench = await CliBench.withGateway(
      `${laboratory}\n[discovery]\nadvertise = false\n[http]\nport = 0\nhost = "0.0.0.0"\ntokenFile = "token"\n`,
    );
    expect((await bench.run(['read', 'nitrogen', 'userTag'])).code).toBe(0);
    await using lock = bench.begin(['lock', 'nitrogen']);
    await lock.says(/is yours/);
    const { url } = (await bench.json(['status'])) as { url: string };
    expect((await fetch(`${url}/api/v1/status`)).status).toBe(401);
  });

  it('is stopped and started again with the file that it had', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    const before = (await bench.json(['status'])) as { pid: number };
    await bench.write('lab.toml', '[ports.bus]\nprotocol = "modbus"\n');
    const refused = await bench.run(['restart']);
    expect(refused.code).toBe(2);
    expect(refused.errors).toContain('lab.toml:2: ports.bus.protocol');
    expect(((await bench.json(['status'])) as { pid: number }).pid).toBe(before.pid);
    await bench.write('lab.toml', `${laboratory}\n[http]\nport = 0\n`);
    const restarted = (await bench.json(['restart'])) as { stopped: number; started: number };
    expect(restarted.stopped).toBe(before.pid);
    expect(((await bench.json(['status'])) as { pid: number }).pid).toBe(restarted.started);
    await bench.run(['stop']);
  });

  it('can be stopped without an HTTP door, and commands say why they cannot reach it', async () => {
    await using bench = await CliBench.withGateway(`${laboratory}\n[http]\nenabled = false\n`);
    const { code, errors } = await bench.run(['status']);
    expect(code).toBe(6);
    expect(errors).toMatch(/'bench' \(pid \d+\) has no HTTP door/);
    expect((await bench.run(['stop'])).code).toBe(0);
    expect((await bench.run(['stop'], { environment: nowhere })).code).toBe(6);
  });
});

describe('a second gateway of the same name', () => {
  it('is refused, and leaves the first one as it was', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    await bench.write('again.toml', `${laboratory}\n[http]\nport = 0\n`);
    const logs = async (): Promise<string> => (await bench.run(['logs'])).output;
    await expect
      .poll(logs)
      .toMatch(
        /port bus is open\n[^]*port meter is open\n|port meter is open\n[^]*port bus is open\n/,
      );
    const before = await logs();
    for (const words of [
      ['start', 'again.toml'],
      ['start', 'again.toml', '--detach'],
    ]) {
      const { code, errors } = await bench.run(words);
      expect(code).toBe(2);
      expect(errors).toMatch(
        /^signalbox: gateway 'bench' runs already \(pid \d+\) \[ALREADY_RUNNING\]/,
      );
    }
    expect((await bench.run(['logs'])).output).toBe(before);
    expect((await bench.run(['read', 'nitrogen', 'userTag'])).code).toBe(0);
    const device = /(\S+simulator-bus)/.exec((await bench.run(['status'])).output)?.[1] ?? '';
    expect((await bench.run(['discover', device])).code).toBe(0);
  });
});
