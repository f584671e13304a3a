import { existsSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CliBench } from './cli-bench.ts';

const recorded = `
[simulators.bus]
kind = "propar"
nodes = [{ address = 3, userTag = "nitrogen", fluid = "N2", capacity = 500, unit = "mln/min" }]
[ports.bus]
simulator = "bus"
protocol = "propar"
[instruments.nitrogen]
port = "bus"
driver = "bronkhorst"
node = 3
poll = { parameters = ["fMeasure"], everyMs = 50 }
[recorder]
batchMs = 50
`;

const waiting = { timeout: 25_000, interval: 100 };

function seriesOf(bench: CliBench): () => Promise<string> {
  return async () => (await bench.run(['history'])).output;
}

describe('what was recorded', () => {
  it('is shown as a picture, as values and to programs, and written to files', async () => {
    await using bench = await CliBench.withGateway(recorded);
    await expect.poll(seriesOf(bench), waiting).toMatch(/nitrogen\.fMeasure +number +mln\/min/);
    const picture = await bench.run(['history', 'nitrogen.fMeasure', '--from', '5min']);
    expect(picture.output).toMatch(
      /nitrogen\.fMeasure: \d+ values, .*\n[▁▂▃▄▅▆▇█ ]+\n.* mln\/min, last /,
    );
    const values = await bench.run(['history', 'nitrogen.fMeasure', '--values', '--points', '3']);
    expect(values.output).toMatch(/nitrogen\.fMeasure in mln\/min\nTIME +VALUE|FROM/);
    const report = (await bench.json(['history', 'nitrogen.fMeasure'])) as { atMs: number[] };
    expect(report.atMs.length).toBeGreaterThan(0);

    const csv = await bench.run(['export', 'nitrogen.fMeasure', '--output', 'flow.csv']);
    expect(csv).toMatchObject({ code: 0 });
    expect(await bench.read('flow.csv')).toMatch(
      /^time,instrument,parameter,value,unit\n\d{4}-.*Z,nitrogen,fMeasure,[\d.e-]+,mln\/min\n/,
    );
    const arrow = ['export', 'nitrogen.fMeasure', '--format', 'arrow', '--output', 'flow.arrows'];
    expect(await bench.json(arrow)).toMatchObject({ file: 'flow.arrows', format: 'arrow' });
    expect(tableFromIPC(await readFile(bench.path('flow.arrows'))).numRows).toBeGreaterThan(0);
    const piped = await bench.run(['export', 'nitrogen.fMeasure', '--from', '1h']);
    expect(piped.output).toMatch(/^time,instrument/);
    expect(piped.errors).toBe('');

    // A name of which there is nothing is misspelt, most likely.
    for (const command of ['history', 'export']) {
      const misspelt = await bench.run([command, 'nitrogen.fMeasur']);
      expect(misspelt.errors).toMatch(
        /nothing was ever recorded of 'nitrogen.fMeasur'; did you mean nitrogen.fMeasure/,
      );
      expect(misspelt).toMatchObject({ code: 2, output: '' });
    }
  });

  it('is not half a file when it cannot be written', async () => {
    await using bench = await CliBench.withGateway(recorded);
    await expect.poll(seriesOf(bench), waiting).toContain('nitrogen.fMeasure');
    const words = ['export', 'nitrogen.fMeasure', '--output', 'no/such/folder.csv'];
    expect((await bench.run(words)).errors).toMatch(/folder.csv was not written: .*BAD_ARGUMENT/);
    const wrong = await bench.run(['export', 'nitrogen', '--output', 'flow.csv']);
    expect(wrong.errors).toContain('instrument.parameter');
    expect(wrong.code).not.toBe(0);
    expect(existsSync(bench.path('flow.csv'))).toBe(false);
    const when = await bench.run(['history', 'nitrogen.fMeasure', '--from', 'yesterday']);
    expect(when.errors).toContain('2h or 7d');
  });
});
