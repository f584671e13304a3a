import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { VirtualPortDoor } from '../../../src/doors/index.ts';
import { ScpiDriver } from '../../../src/instruments/index.ts';
import { Pty, serialLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { gapProtocol, linesProtocol } from '../../../src/sessions/index.ts';
import type { ClientProtocol } from '../../../src/sessions/index.ts';
import { count } from '../../support/count.ts';
import { runPython } from '../python.ts';
import { VirtualBus } from './virtual-bus.ts';

interface Counts {
  readonly right: number;
  readonly wrong: number;
  readonly silent: number;
}

/** An instrument on a serial line that a function plays, and three virtual ports to it. */
class SharedInstrument implements AsyncDisposable {
  readonly port: Port;
  readonly doors: readonly VirtualPortDoor[];
  readonly #pty: Pty;
  readonly #folder: string;

  private constructor(pty: Pty, folder: string, protocol: ClientProtocol) {
    this.#pty = pty;
    this.#folder = folder;
    this.port = new Port({ name: 'line', link: serialLinkFactory({ path: pty.address }) });
    this.doors = ['one', 'two', 'three'].map(
      (name) => new VirtualPortDoor({ name, path: join(folder, name), port: this.port, protocol }),
    );
  }

  static async open(
    play: (data: Uint8Array, answer: (data: Uint8Array) => void) => void,
    protocol: ClientProtocol,
  ): Promise<SharedInstrument> {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-framings-'));
    const pty = await Pty.open({ stablePath: join(folder, 'wire') });
    pty.onData((data) => play(data, (answer) => void pty.write(answer)));
    const shared = new SharedInstrument(pty, folder, protocol);
    shared.port.open();
    for (const door of shared.doors) await door.open();
    return shared;
  }

  /** Runs a program on each virtual port at once, each under the name of its port. */
  async run(program: string, times: number): Promise<Counts[]> {
    const printed = this.doors.map(
      async ({ name }) => await runPython(program, join(this.#folder, name), name, String(times)),
    );
    return (await Promise.all(printed)).map((line) => JSON.parse(line) as Counts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const door of this.doors) await door.close();
    await this.port.close();
    await this.#pty.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

it('a program that speaks ASCII shares a bus with one that speaks binary, on any nodes', async () => {
  await using bus = await VirtualBus.open(['bus-1', 'bus-2', 'bus-3'], { baudRate: 0 });
  const seconds = String(count(20));
  const printed = await Promise.all([
    runPython('ascii_poller.py', bus.path('bus-1'), '3', seconds),
    runPython('ascii_poller.py', bus.path('bus-2'), '4', seconds),
    runPython('propar_poller.py', bus.path('bus-3'), '4', seconds),
  ]);
  for (const line of printed) {
    const counts = JSON.parse(line) as Counts;
    expect(counts).toMatchObject({ wrong: 0, silent: 0 });
    expect(counts.right).toBeGreaterThan(Number(seconds) * 5);
  }
}, 60_000);

it('programs that send lines get each the answers to its own questions', async () => {
  const times = count(500);
  let text = '';
  const set = new Set<string>();
  await using shared = await SharedInstrument.open(
    (data, answer) => {
      text += Buffer.from(data).toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('ASK?')) answer(Buffer.from(`re ${line}\n`));
        else set.add(line);
      }
    },
    linesProtocol(new ScpiDriver({ parameters: [] })),
  );
  const all = await shared.run('line_asker.py', times);
  expect(all).toEqual(all.map(() => ({ right: times, wrong: 0, silent: 0 })));
  // What was set came whole, and nothing else did.
  expect([...set].every((line) => /^SET \d+;TEXT 'is it\?'$/.test(line))).toBe(true);
}, 60_000);

it('programs of an unknown protocol get each the answers to its own messages', async () => {
  const times = count(200);
  // Longer than a busy machine keeps a program from writing its second piece.
  const silenceMs = 60;
  const pieces: Uint8Array[] = [];
  let timer: NodeJS.Timeout | undefined;
  await using shared = await SharedInstrument.open(
    (data, answer) => {
      pieces.push(data.slice());
      clearTimeout(timer);
      timer = setTimeout(() => answer(Buffer.concat(pieces.splice(0))), 5);
    },
    gapProtocol({ silenceMs, timeoutMs: 1_000 }),
  );
  const all = await shared.run('gap_asker.py', times);
  expect(all).toEqual(all.map(() => ({ right: times, wrong: 0, silent: 0 })));
}, 120_000);
