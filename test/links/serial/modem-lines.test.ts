import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoorStatus } from '../../../src/doors/door.ts';
import { Pty } from '../../../src/links/index.ts';
import { environmentIn, run } from '../../support/gateway-process.ts';
import { lineMovements, traced } from './traced.ts';

const useLine = fileURLToPath(new URL('../programs/use-line.ts', import.meta.url));
const joinPort = fileURLToPath(new URL('../programs/join_port.py', import.meta.url));
const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
let pty: Pty;

beforeEach(async () => {
  pty = await Pty.open();
  pty.onData((data) => void pty.write(data));
});

afterEach(async () => {
  await pty.close();
});

/** A terminal has no DTR and RTS, so what counts is what the kernel is asked to do with them. */
describe('DTR and RTS', () => {
  it.each(['tty', 'serialport'])(
    'are not moved by opening, using and closing a line through %s',
    async (backend) => {
      const options = JSON.stringify({ backend });
      const { code, complaint, calls } = await traced(pty.path, [useLine, pty.path, options]);
      expect(complaint).toBe('');
      expect(code).toBe(0);
      expect(calls.filter((call) => call.includes('TCSETS')).length).toBeGreaterThanOrEqual(3);
      expect(lineMovements(calls)).toEqual([]);
    },
  );

  it('are moved when that is asked for, and then it is seen', async () => {
    const options = JSON.stringify({ lines: { dtr: false, rts: true } });
    const { calls } = await traced(pty.path, [useLine, pty.path, options]);
    expect(lineMovements(calls)).toEqual([expect.stringMatching(/TIOCMBIC, \[TIOCM_DTR\]/)]);
  });

  it('are not moved by programs that join, whatever they do with those of their virtual port', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-lines-'));
    const file = join(folder, 'lab.toml');
    writeFileSync(
      file,
      `[http]\nport = 0\n[ports.bus]\nserial = "${pty.path}"\nprotocol = "lines"\nvirtualPorts = ["one"]\n`,
    );
    let answers = '';
    const { calls } = await traced(pty.path, [main, 'start', file, '--json'], {
      env: environmentIn(folder),
      during: async (line) => {
        const { doors } = JSON.parse(line) as { doors: readonly DoorStatus[] };
        const virtual = doors.find(({ name }) => name === 'one')?.address ?? '';
        const { output, errors } = await run('/usr/bin/python3', [joinPort, virtual]);
        expect(errors).toBe('');
        answers = output;
      },
    });
    expect(answers).toBe('?\n?\n?\n');
    expect(calls.some((call) => call.includes('TCSETS2'))).toBe(true);
    expect(lineMovements(calls)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
});
