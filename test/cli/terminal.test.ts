import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliBench } from './cli-bench.ts';
import { laboratory } from './laboratory.ts';

let bench: CliBench;
beforeAll(async () => {
  bench = await CliBench.withGateway(laboratory);
});
afterAll(async () => await bench[Symbol.asyncDispose]());

const escape = String.fromCodePoint(0x1b);

describe('on a terminal', () => {
  it('colours are used, but not with NO_COLOR, and nothing of the kind goes into a pipe', async () => {
    const [coloured, plain, piped] = await Promise.all([
      bench.runOnTerminal(['status']),
      bench.runOnTerminal(['status'], { environment: { NO_COLOR: '1' } }),
      bench.run(['status']),
    ]);
    expect(coloured.output).toContain(`${escape}[32mopen${escape}[39m`);
    expect(plain.output).not.toContain(escape);
    expect(piped.output).not.toContain(escape);
  });

  it('what takes more than a second says for what and whom it waits, in one line', async () => {
    await using holder = bench.begin(['lock', 'bus']);
    await holder.says(/is yours/);
    const reading = bench.beginOnTerminal(['read', 'nitrogen', 'setpoint'], { columns: 60 });
    await reading.says(/reading nitrogen: signalbox \(pid \d+/);
    holder.kill('SIGINT');
    const { code, output } = await reading.end();
    expect(code).toBe(0);
    // Each drawing begins at the left, fits into the line, and the last one is taken away.
    const parts = output.split(`\r${escape}[K`);
    for (const part of parts.slice(1, -1)) expect(part.length).toBeLessThan(60);
    expect(parts.at(-1)).toBe('nitrogen setpoint: 0\r\n');
  });

  it('progress is not written where nobody watches', async () => {
    await using holder = bench.begin(['lock', 'bus']);
    await holder.says(/is yours/);
    const words = ['read', 'nitrogen', 'setpoint', '--wait', '2s'];
    const [piped, dumb] = await Promise.all([
      bench.run(words),
      bench.runOnTerminal(words, { environment: { TERM: 'dumb' } }),
    ]);
    expect(piped.errors).toMatch(/^signalbox: /);
    expect(dumb.output).toMatch(/^\S*signalbox:/);
  });

  it('the last column of a table goes on below itself', async () => {
    const { output } = await bench.runOnTerminal(
      ['read', 'nitrogen', '--list', 'operationalHistory'],
      {
        columns: 110,
        environment: { NO_COLOR: '1' },
      },
    );
    const lines = output.split('\r\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(110);
    expect(lines.some((line) => /^ {60,}\S/.test(line))).toBe(true);
  });

  it('what an instrument sends cannot steer it', async () => {
    await bench.run(['set', 'nitrogen', 'userTag', `a${escape}[2Jb\u0007`]);
    const [terminal, piped] = await Promise.all([
      bench.runOnTerminal(['read', 'nitrogen', 'userTag']),
      bench.run(['read', 'nitrogen', 'userTag', '--json']),
    ]);
    expect(terminal.output).toBe('nitrogen userTag: a\\x1b[2Jb\\x07\r\n');
    expect(JSON.parse(piped.output)).toMatchObject({ value: `a${escape}[2Jb\u0007` });
    await bench.run(['set', 'nitrogen', 'userTag', 'nitrogen']);
  });
});
