import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliBench } from './cli-bench.ts';

const text = `# my laboratory
[gateway]
name = "cellar"

[ports.bus] # behind the cupboard
serial = "/dev/ttyUSB7"
protocol = "propar"
timeoutMs = 200
`;

let bench: CliBench;
beforeAll(async () => {
  bench = await CliBench.open();
  await bench.write('lab.toml', text);
});
afterAll(async () => await bench[Symbol.asyncDispose]());

/** Without a gateway: the file itself. */
const alone = { environment: { SIGNALBOX_URL: '' } };

async function config(...words: readonly string[]) {
  return await bench.run(['config', ...words], alone);
}

describe('the settings of a file on which no gateway runs', () => {
  it('are read with where they come from', async () => {
    const one = await config('get', 'ports.bus.timeoutMs');
    expect(one).toMatchObject({ code: 0, output: '200\n' });
    const all = await config('get', 'ports');
    expect(all.output).toMatch(/ports\.bus\.timeoutMs +200 +.*lab\.toml:8/);
    expect(all.output).toMatch(/ports\.bus\.mode +"binary" +default/);
    expect(await bench.json(['config', 'get', 'gateway.name'], alone)).toMatchObject({
      path: 'gateway.name',
      value: 'cellar',
      origin: { kind: 'main', line: 3 },
    });
    const none = await config('get', 'ports.bus.tmeoutMs');
    expect(none.code).toBe(2);
    expect(none.errors).toContain('timeoutMs');
  });

  it('are changed as the type that they have, and each change says how to undo it', async () => {
    const changed = await config('set', 'ports.bus.timeoutMs', '500', '--why', 'a slow bus');
    expect(changed.output).toBe(
      '- ports.bus.timeoutMs = 200\n+ ports.bus.timeoutMs = 500\n' +
        'revision 2; undo: signalbox config rollback 1\n',
    );
    await config('set', 'ports.bus.dtr', 'off');
    await config('set', 'ports.bus.virtualPorts', 'one,two');
    expect(await bench.read('lab.toml')).toBe(
      text.replace(
        'timeoutMs = 200\n',
        'timeoutMs = 500\ndtr = false\nvirtualPorts = ["one", "two"]\n',
      ),
    );
    const tried = await config('unset', 'ports.bus.dtr', '--dry-run');
    expect(tried.output).toContain('nothing was written');
    await config('unset', 'ports.bus.dtr');
    expect(await bench.read('lab.toml')).not.toContain('dtr');
  });

  it('have to be good', async () => {
    const bad = await config('set', 'ports.bus.parity', 'evn');
    expect(bad.code).toBe(2);
    expect(bad.errors).toMatch(/one of "even", "none", "odd", not "evn" \[CONFIG_INVALID\]/);
    const unknown = await config('set', 'ports.bus.timeoutS', '1');
    expect(unknown.errors).toContain("did you mean 'timeoutMs'");
    expect((await config('set', 'ports.bus')).errors).toContain('config set PATH VALUE');
  });

  it('have a history, which is compared and rolled back', async () => {
    const { output } = await config('history');
    expect(output).toMatch(/^2 +.* ago +\S+ with signalbox +ports\.bus\.timeoutMs +a slow bus$/m);
    const diff = await config('diff', '1', '2');
    expect(diff.output).toContain('\n-timeoutMs = 200\n+timeoutMs = 500\n');
    expect((await config('rollback', '1')).output).toMatch(
      /undo: signalbox config rollback \d+\n$/,
    );
    expect(await bench.read('lab.toml')).toBe(text);
    expect((await config('restore')).output).toMatch(/^REVISION/);
    expect((await config('rollback', '99')).errors).toContain('not kept');
  });

  it('are coloured on a terminal only', async () => {
    const escape = String.fromCodePoint(0x1b);
    const words = ['config', 'diff', '1', '2'];
    expect((await bench.runOnTerminal(words, alone)).output).toContain(`${escape}[32m`);
    expect((await bench.run(words, alone)).output).not.toContain(escape);
  });

  it('are edited in an editor until they are good, and only unless somebody was faster', async () => {
    const good = { environment: { SIGNALBOX_URL: '', VISUAL: "sed -i 's/200/300/;s/my/our/'" } };
    const edited = await bench.run(['config', 'edit', '--why', 'by hand'], good);
    expect(edited.output).toMatch(/saved .*lab\.toml: ports\.bus\.timeoutMs\n.*undo: /);
    expect(await bench.read('lab.toml')).toMatch(/^# our laboratory[^]*timeoutMs = 300/);
    const nothing = await bench.run(['config', 'edit'], {
      environment: { SIGNALBOX_URL: '', VISUAL: 'true' },
    });
    expect(nothing.output).toBe('nothing was changed\n');
    const bad = await bench.run(['config', 'edit'], {
      environment: { SIGNALBOX_URL: '', VISUAL: "sed -i 's/propar/prpar/'" },
    });
    expect(bad.code).toBe(2);
    expect(bad.errors).toMatch(/lab\.toml:7: .*"propar"[^]*What you wrote is in \S+lab\.toml/);
    expect(await bench.read('lab.toml')).toContain('propar');
    // While the editor is open, somebody else changes the same file.
    const slow = `sh -c 'sed -i s/300/301/ "$1"; signalbox config set ports.bus.retries 3' sh`;
    const late = await bench.run(['config', 'edit'], {
      environment: {
        SIGNALBOX_URL: '',
        VISUAL: slow.replace('signalbox', `${process.execPath} ${binary}`),
      },
    });
    expect(late.errors).toMatch(
      /made by .*CONFIG_CONFLICT.*\n.*What you wrote is in \S+lab\.toml/s,
    );
    expect(await bench.read('lab.toml')).toContain('retries = 3');
  });

  it('say where a file is that did not parse, and was set aside', async () => {
    await bench.write('torn.toml', '[gateway]\nname = "torn"\n');
    const named = await config('set', 'gateway.logLevel', 'warn', '--file', 'torn.toml');
    expect(named.output).toMatch(/undo: signalbox config rollback 1 --file torn\.toml\n$/);
    await bench.write('torn.toml', 'name = = "torn"\n');
    const read = await config('get', 'gateway.name', '--file', 'torn.toml');
    expect(read.output).toBe('torn\n');
    expect(read.errors).toMatch(/torn\.toml:1: .* was restored; what was there is in .*set-aside/);
  });

  it('are checked', async () => {
    expect((await config('check')).output).toContain('lab.toml is good: 1 ports, 0 instruments');
    await bench.write('bad.toml', '[ports.bus]\nprotocol = "propar"\n');
    expect((await config('check', 'bad.toml')).errors).toContain('bad.toml:1');
    const schema = JSON.parse((await config('schema')).output) as Record<string, unknown>;
    expect(schema['properties']).toHaveProperty('ports');
  });
});

const binary = new URL('../../bin/signalbox.mjs', import.meta.url).pathname;

it('go through the gateway that runs on the file, with what holds only after a restart', async () => {
  await using other = await CliBench.withGateway('[gateway]\nname = "attic"\n');
  const changed = await other.run(['config', 'set', 'gateway.name', 'loft', '--why', 'moved']);
  expect(changed.output).toContain('holds after a restart: gateway.name');
  const level = await other.run([
    'config',
    'set',
    'gateway.logLevel',
    'debug',
    '--file',
    'lab.toml',
  ]);
  expect(level.output).not.toContain('gateway.logLevel,');
  const levels = (await other.json(['log-level'])) as Record<string, string>;
  expect(levels['ports']).toBe('debug');
  expect(await other.json(['config', 'get', 'gateway.name'])).toMatchObject({ value: 'loft' });
  expect((await other.run(['config', 'history'])).output).toMatch(/with signalbox .*gateway\.name/);
  expect(await other.read('lab.toml')).toContain('name = "loft"');
});
