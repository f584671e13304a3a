import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulator } from '../../src/simulators/index.ts';
import type { Simulator } from '../../src/simulators/index.ts';

const guide = new URL('../../docs/guides/runtimes.md', import.meta.url);
const entry = new URL('../../src/index.ts', import.meta.url).href;
const text = await readFile(guide, 'utf8');
const [, actor = ''] = /^```js file=voltmeter\.mjs\n([^]*?)^```/m.exec(text) ?? [];
const befores = [...text.matchAll(/^```js before\n([^]*?)^```/gm)].map(
  ([, program = '']) => program,
);
const programs = [...text.matchAll(/^```js run\n([^]*?)^```/gm)].map(([, program = '']) => program);

let folder = '';
let meter: Simulator;
let line: Simulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-guide-'));
  await writeFile(join(folder, 'voltmeter.mjs'), actor);
  meter = await startSimulator({ kind: 'multimeter', tcpPort: 0 });
  await writeFile(
    join(folder, 'lab.toml'),
    `[[runtimes.isolated.actors]]
id = "volt-watch"
module = "voltmeter.mjs"
settings = { resource = "TCPIP::${meter.address.replace(':', '::')}::SOCKET", everyMs = 50 }
`,
  );
  line = await startSimulator({ kind: 'multimeter', path: join(folder, 'line') });
});

afterAll(async () => {
  await meter[Symbol.asyncDispose]();
  await line[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it.each(programs.map((program) => ({ program, title: program.trim().split('\n').at(-1) })))(
  'the guide to runtimes has a program that runs: $title',
  async ({ program }) => {
    const [host, tcpPort] = meter.address.split(':');
    const resource = `TCPIP::${host}::${tcpPort}::SOCKET`;
    // What the guide takes as given.
    const given = `
      import { SharedResources } from '${entry}';
      const [path, meter, modulePath, labFile] = ${JSON.stringify([line.address, resource, join(folder, 'voltmeter.mjs'), join(folder, 'lab.toml')])};
      await using resources = new SharedResources({ visaResources: { [meter]: {} } });
    `;
    const file = join(folder, 'program.mjs');
    await writeFile(file, `${given}\n${program.replaceAll("'signalbox'", `'${entry}'`)}`);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
      timeout: 60_000,
    });
    expect(stderr).toBe('');
    expect(stdout.trim()).not.toBe('');
    expect(stdout).not.toContain('NaN');
    if (program.includes('texts')) {
      expect(stdout).toContain(
        `Serial port ${line.address} is already in use by actor 'the-other', requested by 'my-actor'`,
      );
      expect(stdout).toContain(
        `Timeout acquiring serial port ${line.address} for actor my-actor (timeout: 50ms)`,
      );
    }
    if (program.includes('checkHealth')) expect(stdout).toContain('isolated ended');
    if (program.includes('loadConfig')) expect(stdout).toContain("isolated: 'active'");
  },
  90_000,
);

it.each(befores.map((program) => ({ program, title: program.trim().split('\n')[0] })))(
  'the guide to runtimes shows what programs do before, as they do it: $title',
  async ({ program }) => {
    // The wire is real for who opens it by himself; a blocking VISA library is stood in for.
    const given = `
      import { once } from 'node:events';
      import { SerialPort } from '${import.meta.resolve('serialport')}';
      const [path, meter] = ${JSON.stringify([line.address, meter.address])};
      const said = [];
      const session = {
        write: (command) => said.push(command),
        read: () => 'the answer to ' + said.at(-1),
        readSync: () => '1.5',
      };
      const resourceManager = { open: () => session };
      const lock = { waitSync: () => () => said.push('released') };
    `;
    const shown = program.includes('answer')
      ? 'console.log(String(answer)); port.close();'
      : program.includes('measure')
        ? 'console.log(measure(), said.join());'
        : 'console.log(identity);';
    const file = join(folder, 'before.mjs');
    await writeFile(file, `${given}\n{\n${program}\n${shown}\n}`);
    const ran = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toMatch(/^(SIGNALBOX,.+|1\.5 READ\?,released|the answer to \*IDN\?)\r?\n/);
  },
  90_000,
);
