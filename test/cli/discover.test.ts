import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/index.ts';
import { openMinersSimulator } from '../../src/simulators/index.ts';
import { CliBench } from './cli-bench.ts';
import { laboratory } from './laboratory.ts';

const instrument = new URL('serial_instrument.py', import.meta.url).pathname;

const all = new AsyncDisposableStack();
let bus: string;
let meter: string;
beforeAll(async () => {
  const other = all.use(await CliBench.open());
  await other.write('simulators.toml', laboratory);
  const running = all.use(other.begin(['simulate', 'simulators.toml', '--json']));
  await running.says(/\n/);
  const { simulators: addresses } = JSON.parse(running.output) as {
    simulators: { bus: string; meter: string };
  };
  ({ bus, meter } = addresses);
});
afterAll(async () => await all.disposeAsync());

let bench: CliBench;
let stack: AsyncDisposableStack;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  bench = stack.use(await CliBench.open());
});
afterEach(async () => await stack.disposeAsync());

interface Answer {
  readonly places: readonly {
    readonly found: readonly { readonly name: string; readonly known?: string }[];
    readonly protocol?: string;
    readonly baudRate?: number;
    readonly terminator?: string;
    readonly skipped?: { readonly code: string; readonly message: string };
  }[];
  readonly toml: string;
  readonly written?: string;
}

async function discovered(...words: readonly string[]): Promise<Answer & { code: number | null }> {
  const { code, output } = await bench.run(['discover', ...words, '--json']);
  return { ...(JSON.parse(output) as Answer), code };
}

async function serialInstrument(speed: number, kind: 'scpi' | 'echo'): Promise<string> {
  const program = stack.use(bench.beginProgram(['python3', instrument, String(speed), kind]));
  await program.says(/\n/);
  return program.output.trim();
}

describe('discover without a gateway', () => {
  it('finds, identifies, tries and names what is there, and writes a file that works', async () => {
    const { code, output, errors } = await bench.run([
      'discover',
      bus,
      meter,
      '--write',
      'new.toml',
    ]);
    expect(code).toBe(0);
    expect(output).toMatch(
      /^nitrogen +bronkhorst +node 3 +new +fMeasure [\d.-]+ mln\/min +DMFC SIM003$/m,
    );
    expect(output).toMatch(/^sim34401 +scpi +new +\*OPC\? 1 +SIGNALBOX,SIM34401,SIM001,1\.0$/m);
    expect(errors).toMatch(
      /3 instruments were added to new\.toml\nnext: signalbox start new\.toml/,
    );
    const text = await bench.read('new.toml');
    expect(output).toContain(text.slice(text.indexOf('[ports')).trimEnd());
    const config = parseConfig(text, 'new.toml');
    expect(config.ports).toMatchObject({
      // A pseudo-terminal answers at any speed: at the second one where the first was too late.
      bus: { serial: bus, protocol: 'propar', baudRate: expect.any(Number) as number },
      'sim34401-line': { tcp: meter, protocol: 'lines' },
    });
    await bench.start(text, 'new.toml');
    expect((await bench.run(['read', 'nitrogen', 'userTag'])).output).toBe(
      'nitrogen userTag: nitrogen\n',
    );
    expect((await bench.run(['query', 'sim34401', '*OPC?'])).output).toBe('1\n');
  });

  it('finds the speed at which an instrument on a serial line answers', async () => {
    const line = await serialInstrument(9_600, 'scpi');
    const { code, places } = await discovered(line);
    expect(code).toBe(0);
    expect(places).toMatchObject([
      { protocol: 'lines', baudRate: 9_600, found: [{ name: 'ohmmeter-3', family: 'scpi' }] },
    ]);
  });

  it('takes neither an echo nor noise for an instrument', async () => {
    const line = await serialInstrument(9_600, 'echo');
    const { code, places } = await discovered(line, '--baud-rates', '9600,19200');
    expect(places).toMatchObject([{ found: [] }]);
    expect(code).toBe(1);
  });

  it('names the program that holds a device, leaves it alone, and looks at the others', async () => {
    const script = `import os, sys, time\nos.open(sys.argv[1], os.O_RDWR)\nprint('open', flush=True)\ntime.sleep(60)`;
    await using holder = bench.beginProgram(['python3', '-c', script, bus]);
    await holder.says(/open/);
    const { places } = await discovered(bus, meter);
    expect(places[0]?.skipped).toMatchObject({ code: 'PORT_BUSY' });
    expect(places[0]?.skipped?.message).toMatch(
      new RegExp(`held by python3 \\(pid ${holder.pid}, user `),
    );
    expect(places[1]?.found).toHaveLength(1);
  });

  it('says what is wrong with a place, and goes on', async () => {
    const { places, code } = await discovered('/dev/no-such-device', '127.0.0.1:9', meter);
    expect(places.map(({ skipped }) => skipped?.code)).toEqual([
      'PORT_ABSENT',
      'LINK_COMMUNICATION',
      undefined,
    ]);
    expect(code).toBe(0);
    expect((await bench.run(['discover', 'nothing'])).errors).toMatch(
      /no port 'nothing'[^]*HOST:PORT/,
    );
  });
});

describe('discover --write to a file that is there', () => {
  const own = '# mine\n[gateway]\nname = "lab" # a name\n\n[ports.line-1] # the meter\n';

  it('adds what is new at its end, and changes no letter of what it has', async () => {
    const before = `${own}tcp = "${meter}"\nprotocol = "lines"\n[instruments.nitrogen]\nport = "line-1"\ndriver = "scpi"`;
    await bench.write('lab.toml', before);
    const { written, toml } = await discovered(meter, bus, '--write', 'lab.toml', '--yes');
    expect(written).toBe('lab.toml');
    const after = await bench.read('lab.toml');
    expect(after).toBe(`${before}\n\n${toml}`);
    // What has the name already keeps it, and what is in the file already is not added again.
    expect(Object.keys(parseConfig(after, 'lab.toml').instruments)).toEqual([
      'nitrogen',
      'nitrogen-2',
      'air',
    ]);
    const again = await discovered(meter, bus, '--write', 'lab.toml', '--yes');
    expect(again.written).toBeUndefined();
    expect(again.places.flatMap(({ found }) => found.map(({ known }) => known))).toEqual([
      'nitrogen',
      'nitrogen-2',
      'air',
    ]);
    expect(await bench.read('lab.toml')).toBe(after);
  });

  it('keeps comments also where its ports stand in one inline table', async () => {
    const before = `# mine\nports = { "line-1" = { tcp = "127.0.0.1:9", protocol = "lines" } } # all of them\n`;
    await bench.write('lab.toml', before);
    await discovered(meter, '--write', 'lab.toml', '--yes');
    const after = await bench.read('lab.toml');
    expect(after).toMatch(/^# mine\n[^]*# all of them\n/);
    expect(Object.keys(parseConfig(after, 'lab.toml').ports)).toEqual(['line-1', 'sim34401-line']);
  });

  it('does nothing without consent', async () => {
    await bench.write('lab.toml', own + `tcp = "127.0.0.1:9"\nprotocol = "lines"\n`);
    const before = await bench.read('lab.toml');
    const words = ['discover', meter, '--write', 'lab.toml'];
    const nobody = await bench.run(words);
    expect(nobody).toMatchObject({ code: 2, output: '' });
    expect(nobody.errors).toMatch(/lab\.toml is there already[^]*--yes/);
    for (const [answer, isWritten] of [
      ['n\r', false],
      ['\r', false],
      ['\u0003', false],
      ['\u0004', false],
      ['y\r', true],
    ] as const) {
      await using asked = bench.beginOnTerminal(words);
      await asked.says(/Add this to it\? \[y\/N\]/);
      expect(await bench.read('lab.toml')).toBe(before);
      asked.type(answer);
      expect((await asked.end()).code).toBe(isWritten ? 0 : 130);
      expect((await bench.read('lab.toml')) !== before).toBe(isWritten);
    }
  });

  it('says what is wrong with it before it looks anywhere', async () => {
    await bench.write('lab.toml', '[ports.bus]\nprotocol = "modbus"\n');
    const { code, errors } = await bench.run(['discover', bus, '--write', 'lab.toml', '--yes']);
    expect(code).toBe(2);
    expect(errors).toContain('lab.toml:2: ports.bus.protocol');
  });
});

describe('discover with a gateway', () => {
  it('asks its ports in line with everybody else, and other devices directly', async () => {
    await bench.start(laboratory.replace('[ports.bus]', '[ports.bus]\ntimeoutMs = 500'));
    await using poller = bench.begin(['watch', 'nitrogen.userTag', '--every', '20ms', '--json']);
    await poller.says(/"value":"nitrogen"/);
    const { places, toml } = await discovered('bus', meter);
    expect(places).toMatchObject([
      {
        kind: 'port',
        port: 'bus',
        found: [
          { scope: 'node 3', known: 'nitrogen' },
          { scope: 'node 5', name: 'air' },
        ],
      },
      { kind: 'tcp', protocol: 'lines', found: [{ name: 'sim34401' }] },
    ]);
    // The port is there already: only the instrument is new on it.
    expect(toml).toMatch(/\[instruments\.air\]\nport = "bus"\ndriver = "bronkhorst"\nnode = 5/);
    expect(toml).not.toContain('[ports.bus]');
    poller.kill('SIGINT');
    const { output } = await poller.end();
    expect(output).not.toContain('error');
    const device = await discovered('bus');
    expect(device.places).toHaveLength(1);
  });
});

describe('discover in a network', () => {
  it('finds its miners and writes a file that works', async () => {
    const miners = stack.use(
      await openMinersSimulator({
        kind: 'miners',
        bitaxe: 2,
        avalon: 1,
        firstAddress: '127.50.0.1',
      }),
    );
    const ports = new Map(miners.miners.map(({ kind, port }) => [kind, String(port)]));
    const { code, written, places } = await discovered(
      '--network',
      '127.50.0.0/29',
      '--http-port',
      ports.get('bitaxe') ?? '',
      '--rpc-port',
      ports.get('avalon') ?? '',
      '--write',
      'miners.toml',
    );
    expect({ code, places }).toMatchObject({ code: 0 });
    expect(places.flatMap(({ found }) => found.map(({ name }) => name))).toEqual([
      'bitaxe_127_50_0_1',
      'bitaxe_127_50_0_2',
      'avalon_nano_127_50_0_3',
    ]);
    expect(written).toMatch(/miners\.toml$/);
    const config = parseConfig(await bench.read('miners.toml'), 'miners.toml');
    expect(config.instruments['avalon_nano_127_50_0_3']).toMatchObject({ driver: 'cgminer' });
    const { errors } = await bench.run(['discover', '--network', '10.0.0.0/8']);
    expect(errors).toMatch(/more than the 65536/);
    const nobody = await bench.run(['discover', '--network', '127.51.0.0/30']);
    expect(nobody.output).toContain('no further miner answered in 127.51.0.0/30');
  });
});
