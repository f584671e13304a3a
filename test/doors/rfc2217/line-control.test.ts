import { describe, expect, it } from 'vitest';
import { Rfc2217Door } from '../../../src/doors/index.ts';
import { ScpiDriver } from '../../../src/instruments/index.ts';
import { SignalboxError } from '../../../src/kernel/index.ts';
import type { ComPortControl } from '../../../src/protocols/index.ts';
import { linesProtocol } from '../../../src/sessions/index.ts';
import { ClientBench } from '../../sessions/client-bench.ts';
import { ask, owner } from '../../support/line-transaction.ts';
import { echo } from '../message-bench.ts';
import { Rfc2217Program } from './rfc2217-program.ts';

class LineBench implements AsyncDisposable {
  readonly bench = new ClientBench(echo);
  readonly door: Rfc2217Door;
  readonly failures: string[] = [];

  private constructor(hasLineControl: boolean) {
    this.door = new Rfc2217Door({
      name: 'serial',
      tcpPort: 0,
      port: this.bench.port,
      protocol: linesProtocol(new ScpiDriver({ parameters: [] })),
      settings: { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 },
      hasLineControl,
      failed: (_owner, label) => void this.failures.push(label),
    });
  }

  static async open(hasLineControl: boolean): Promise<LineBench> {
    const bench = new LineBench(hasLineControl);
    await bench.door.open();
    return bench;
  }

  async program(): Promise<Rfc2217Program> {
    return await Rfc2217Program.connect(Number(new URL(this.door.status().address).port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.door.close();
    await this.bench[Symbol.asyncDispose]();
  }
}

async function control(program: Rfc2217Program, what: ComPortControl): Promise<unknown> {
  const answer = await program.ask({ kind: 'control', control: what });
  return answer.kind === 'control' ? answer.control : answer;
}

describe('the control lines of a wire that programs share', () => {
  it('stay as they are, whatever a program sets for itself', async () => {
    await using bench = await LineBench.open(false);
    using program = await bench.program();
    for (const what of ['dtr-off', 'rts-off', 'break-on', 'break-off'] as const) {
      expect(await control(program, what)).toBe(what);
    }
    expect(bench.bench.link.lines).toEqual([]);
  });

  it('are set by programs where that is allowed', async () => {
    await using bench = await LineBench.open(true);
    using program = await bench.program();
    for (const what of ['dtr-off', 'dtr-on', 'rts-off', 'rts-on'] as const) {
      expect(await control(program, what)).toBe(what);
    }
    expect(bench.bench.link.lines).toEqual([
      { dtr: false },
      { dtr: true },
      { rts: false },
      { rts: true },
    ]);
    // A question changes nothing.
    expect(await control(program, 'ask-dtr')).toBe('dtr-on');
    expect(bench.bench.link.lines).toHaveLength(4);
  });

  it('have a break that falls into nobody’s request, and ends by itself', async () => {
    await using bench = await LineBench.open(true);
    using program = await bench.program();
    const { link, port } = bench.bench;
    let changesBefore = 0;
    link.peer = (request, side) => {
      changesBefore = link.lines.length;
      echo(request, side);
    };
    const confirmed = control(program, 'break-on');
    await expect.poll(() => link.lines).toEqual([{ break: true }]);
    const other = port.transact(ask('other?'), owner('other'));
    expect(await confirmed).toBe('break-on');
    expect(link.lines).toEqual([{ break: true }, { break: false }]);
    expect(await control(program, 'break-off')).toBe('break-off');
    expect(await other).toBe('re other?');
    expect(changesBefore).toBe(2);
    expect(link.lines).toHaveLength(2);
  });

  it('are told as they were before where the wire does not take a change', async () => {
    await using bench = await LineBench.open(true);
    using program = await bench.program();
    expect(await control(program, 'dtr-off')).toBe('dtr-off');
    bench.bench.link.linesFailure = new SignalboxError('LINK_COMMUNICATION', 'no such line');
    expect(await control(program, 'dtr-on')).toBe('dtr-off');
    expect(await control(program, 'rts-off')).toBe('rts-on');
    expect(await control(program, 'break-on')).toBe('break-off');
    expect(bench.failures).toEqual(['dtr-on', 'rts-off', 'break-on']);
    bench.bench.link.linesFailure = undefined;
    expect(await control(program, 'dtr-on')).toBe('dtr-on');
  });

  it('are not set while another has the port, and its program hears no confirmation', async () => {
    await using bench = await LineBench.open(true);
    using program = await bench.program();
    const { link, port } = bench.bench;
    await using _lease = await port.lease({ by: owner('other'), waitMs: 0, holdMs: 60_000 });
    void control(program, 'dtr-off').catch(() => {});
    await expect.poll(() => port.status().queue.map(({ label }) => label)).toEqual(['dtr-off']);
    program[Symbol.dispose]();
    await expect.poll(() => port.status().queue).toEqual([]);
    expect(link.lines).toEqual([]);
  });
});
