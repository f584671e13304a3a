import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScripts } from '../../src/cli/completion/scripts.ts';
import { CliBench } from './cli-bench.ts';
import { laboratory } from './laboratory.ts';

const job = `
[jobs.purge]
cron = "0 6 * * *"
steps = [{ do = "notify", message = "purged" }]
`;
let bench: CliBench;
let folder: string;
beforeAll(async () => {
  bench = await CliBench.open();
  folder = bench.path('bin');
  const binary = new URL('../../bin/signalbox.mjs', import.meta.url).pathname;
  const script = `#!/bin/sh\nexec ${process.execPath} ${binary} "$@"\n`;
  await bench.run(['--version']);
  const make = `mkdir -p "$0" && printf '%s' "$1" > "$0/signalbox" && chmod +x "$0/signalbox"`;
  await bench.beginProgram(['sh', '-c', make, folder, script]).end();
});
afterAll(async () => await bench[Symbol.asyncDispose]());

/** What bash offers for the last of the words, having loaded the script as a user does. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const script = `
    eval "$(signalbox completion bash)"
    COMP_WORDS=(signalbox "$@")
    COMP_CWORD=$#
    _signalbox
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const environment = { PATH: `${folder}:${process.env['PATH']}` };
  const { output, errors } = await bench
    .beginProgram(['bash', '-c', script, 'bash', ...words], { environment })
    .end();
  expect(errors).toBe('');
  return output.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  it('is silent about live names when no gateway runs', async () => {
    expect(await offered('read', '')).toEqual([]);
    expect(await offered('watch', 'nitrogen.f')).toEqual([]);
    expect(await offered('rel')).toEqual(['release']);
  });

  describe('with a gateway', () => {
    beforeAll(async () => await bench.start(laboratory + job));

    it.each<[readonly string[], readonly string[]]>([
      [['st'], ['start', 'stop', 'status', 'stats']],
      [['log'], ['logs', 'log-level']],
      [
        ['read', ''],
        ['nitrogen', 'multimeter'],
      ],
      [
        ['read', 'nitrogen', 'setpointM'],
        ['setpointMonitorMode', 'setpointMinimum'],
      ],
      [['set', 'multimeter', 'volt'], []],
      [['read', 'multimeter', 'volt'], ['voltage']],
      [['watch', 'm'], ['multimeter.']],
      [['history', 'multimeter.v'], ['multimeter.voltage']],
      [['watch', 'nitrogen.setpoint', 'multimeter.v'], ['multimeter.voltage']],
      [
        ['lock', ''],
        ['nitrogen', 'multimeter', 'bus', 'meter'],
      ],
      [['release', 'b'], ['bus']],
      [['stats', 'bus', '--re'], ['--reset']],
      [['read', '--wait', '5s', 'nit'], ['nitrogen']],
      [['read', 'nitrogen', '--priority', 's'], ['safety']],
      [['status', '--name', ''], ['bench']],
      [['log-level', 'p'], ['ports']],
      [['log-level', 'ports', 'd'], ['debug']],
      [
        ['completion', ''],
        ['bash', 'zsh', 'fish'],
      ],
      [['config', 'ro'], ['rollback']],
      [['config', 'get', 'ports.b'], ['ports.bus.']],
      [['config', 'set', 'ports.bus.timeo'], ['ports.bus.timeoutMs']],
      [['config', 'set', 'ports.bus.timeoutMs', ''], []],
      [
        ['alarm', 's'],
        ['stop', 'snooze', 'sleep'],
      ],
      [
        ['alarm', 'add', 'late', '--weekdays', 'week'],
        ['weekdays', 'weekend'],
      ],
      [
        ['alarm', 'edit', 'late', '--no-s'],
        ['--no-shuffle', '--no-snooze'],
      ],
      [['job', 'run', ''], ['purge']],
      [['job', 'stop', 'x'], []],
      [['start', ''], []],
      [['nonsense', ''], []],
    ])('of `%j` offers %j', async (words, expected) => {
      // On a busy machine the gateway may answer too late for the tab key: then nothing is offered.
      const sorted = async (): Promise<string[]> => [...(await offered(...words))].sort();
      await expect.poll(sorted, { timeout: 25_000 }).toEqual([...expected].sort());
    });
  });
});

describe('completion in other shells', () => {
  it('asks the same program, and names the place to load it', () => {
    for (const script of Object.values(completionScripts)) {
      expect(script).toMatch(/complete -- /);
      expect(script).toContain(':files');
    }
    expect(completionScripts.zsh).toMatch(/^#compdef signalbox\n/);
    expect(completionScripts.fish).toContain(
      "complete -c signalbox -f -a '(__signalbox_complete)'",
    );
  });
});
