import { chmod, rename, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CliBench } from './cli-bench.ts';
import { laboratory } from './laboratory.ts';

interface Report {
  readonly passed: boolean;
  readonly checks: readonly {
    readonly area: string;
    readonly name: string;
    readonly passed: boolean;
    readonly found: string;
    readonly next?: string;
  }[];
}

/** The exit code, and what is wrong, each with why and the next step. */
async function wrong(
  bench: CliBench,
  ...words: readonly string[]
): Promise<{ code: number | null; failed: string[] }> {
  const { code, output } = await bench.run([...words, '--json']);
  const { checks, passed } = JSON.parse(output) as Report;
  const failed = checks.filter((each) => !each.passed);
  expect(passed).toBe(failed.length === 0);
  for (const { next = '', found } of failed) {
    expect(found).not.toBe('');
    expect(next).not.toBe('');
  }
  return { code, failed: failed.map(({ area, name }) => `${area}: ${name}`) };
}

describe('test and doctor', () => {
  it('pass when all is well, and test asks each instrument what it is', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    const { code, output } = await bench.run(['test', 'lab.toml']);
    expect(code).toBe(0);
    for (const line of [
      /^ok +lab\.toml +gateway 'bench': 2 ports, 2 instruments$/m,
      /^ok +gateway +version .* at http:\/\/127\.0\.0\.1:\d+, pid \d+, up /m,
      /^ok +port bus +open, 0 in line$/m,
      /^ok +instrument nitrogen +Bronkhorst .*SIM003/m,
      /^ok +instrument multimeter +SIGNALBOX,SIM34401,SIM001,1\.0$/m,
      /^ok +disk +\d+ MiB free at .*, can be written$/m,
      /^ok +clock +20\d\d-/m,
      /^ok +lease tokens +epoch \d+ in /m,
      /^ok +access token +not needed: only this machine reaches 127\.0\.0\.1$/m,
      /^all is well$/m,
    ]) {
      expect(output).toMatch(line);
    }
    const doctor = await bench.run(['doctor']);
    expect(doctor.code).toBe(0);
    expect(doctor.output).not.toContain('instrument nitrogen');
  });

  it('end with 2 for a bad configuration, which they name with its line', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    await bench.write('bad.toml', '[ports.bus]\nprotocol = "modbus"\n');
    expect(await wrong(bench, 'test', 'bad.toml')).toEqual({
      code: 2,
      failed: ['configuration: bad.toml'],
    });
    expect((await bench.run(['doctor', 'bad.toml'])).output).toMatch(
      /FAILED +bad\.toml +\S*bad\.toml:2: ports\.bus\.protocol[^]*-> Correct[^]*1 of \d+ failed/,
    );
  });

  it('end with 3 for an instrument that does not answer', async () => {
    await using bench = await CliBench.withGateway(laboratory.replace('node = 3', 'node = 9'));
    expect(await wrong(bench, 'test')).toEqual({
      code: 3,
      failed: ['instrument: instrument nitrogen'],
    });
    // By now it is known to be silent.
    await bench.run(['read', 'nitrogen', 'setpoint']);
    await bench.run(['read', 'nitrogen', 'setpoint']);
    expect(await wrong(bench, 'doctor')).toEqual({
      code: 3,
      failed: ['instrument: node 9 of bus'],
    });
  });

  it('end with 4 for a link that is not there, with a gateway or without', async () => {
    await using bench = await CliBench.open();
    const toml = `[ports.a]\ntcp = "127.0.0.1:9"\nprotocol = "lines"\n[ports.b]\nserial = "/dev/nothing"\nprotocol = "propar"\n`;
    await bench.write('lab.toml', toml);
    const without = await wrong(bench, 'doctor');
    expect(without).toEqual({
      code: 6,
      failed: ['gateway: gateway', 'link: port a', 'link: port b'],
    });
    await bench.start(toml);
    expect(await wrong(bench, 'doctor')).toEqual({
      code: 4,
      failed: ['link: port a', 'link: port b'],
    });
    const { output } = await bench.run(['doctor']);
    expect(output).toMatch(
      /port a +(?:absent|recovering): [^]*ECONNREFUSED[^]*-> Check the address/,
    );
    expect(output).toMatch(/port b +absent: [^]*ENOENT[^]*-> Plug it in/);
  });

  it('end with 6 when no gateway runs, and look at all else', async () => {
    await using bench = await CliBench.open();
    await bench.write('lab.toml', laboratory);
    const { code, failed } = await wrong(bench, 'test');
    expect({ code, failed }).toEqual({ code: 6, failed: ['gateway: gateway'] });
    expect((await bench.run(['doctor'])).output).toMatch(/port bus +simulated by bus/);
  });

  it('end with 7 for a disk without room', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    // A file system that has none at all.
    await rename(bench.path('state'), bench.path('elsewhere'));
    await symlink('/proc', bench.path('state'));
    expect(await wrong(bench, 'test')).toEqual({ code: 7, failed: ['disk: disk'] });
    await unlink(bench.path('state'));
    await rename(bench.path('elsewhere'), bench.path('state'));
  });

  it('end with 8 for a clock that went back', async () => {
    await using bench = await CliBench.withGateway(laboratory);
    const tomorrow = new Date(Date.now() + 86_400_000);
    await utimes(bench.path('state/signalbox/bench/token-epoch'), tomorrow, tomorrow);
    expect(await wrong(bench, 'test')).toEqual({ code: 8, failed: ['clock: clock'] });
  });

  it('end with 9 for tokens: damaged, readable by others, or refused', async () => {
    await using bench = await CliBench.withGateway(
      `${laboratory}\n[discovery]\nadvertise = false\n[http]\nport = 0\nhost = "0.0.0.0"\ntokenFile = "token"\n`,
    );
    expect((await bench.run(['doctor'])).output).toMatch(
      /^ok +access token +in \S*token, readable by/m,
    );
    expect(await wrongWithToken(bench, 'x'.repeat(40))).toEqual({
      code: 9,
      failed: ['tokens: gateway'],
    });
    await chmod(bench.path('token'), 0o644);
    // The gateway takes no token from a file that others can read.
    expect(await wrong(bench, 'doctor')).toEqual({
      code: 9,
      failed: ['tokens: gateway', 'tokens: access token'],
    });
    await chmod(bench.path('token'), 0o600);
    await writeFile(bench.path('state/signalbox/bench/token-epoch'), 'nonsense');
    expect(await wrong(bench, 'doctor')).toEqual({ code: 9, failed: ['tokens: lease tokens'] });
  });
});

async function wrongWithToken(
  bench: CliBench,
  token: string,
): Promise<{ code: number | null; failed: string[] }> {
  const environment = { SIGNALBOX_TOKEN: token };
  const { code, output } = await bench.run(['doctor', '--json'], { environment });
  const { checks } = JSON.parse(output) as Report;
  const failed = checks.filter(({ passed }) => !passed).map(({ area, name }) => `${area}: ${name}`);
  return { code, failed };
}
