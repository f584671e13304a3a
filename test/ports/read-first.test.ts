import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Pty, serialLinkFactory } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import type { Resynchronization, Transaction } from '../../src/ports/index.ts';
import { ask, owner } from '../support/line-transaction.ts';

let folder: string;
let pty: Pty;
let port: Port;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-read-first-'));
  pty = await Pty.open({ stablePath: join(folder, 'line') });
});

afterEach(async () => {
  await port.close();
  await pty.close();
  rmSync(folder, { recursive: true, force: true });
});

function openPort(resynchronization: Resynchronization): void {
  port = new Port({
    name: 'bus',
    link: serialLinkFactory({ path: pty.address }),
    resynchronization,
  });
  port.open();
}

/**
 * Bytes arrive while the process has no time to read them. It is busy after it has read, so that
 * timers come next.
 */
function arriveWhileBusy(text: string, busyMs: number): void {
  setImmediate(() => {
    expect(pty.write(Buffer.from(text))).toBe(true);
    const untilMs = performance.now() + busyMs;
    while (performance.now() < untilMs);
  });
}

/** A request whose reply ends with a silence. */
function gapTransaction(silenceMs: number, arrived: () => void): Transaction<string> {
  return {
    label: 'until silence',
    timeoutMs: 5_000,
    repeat: 'never',
    attempt: () => {
      let text = '';
      return {
        request: Buffer.from('?'),
        reader: {
          silenceMs,
          silence: () => text,
          push: (data) => {
            text += Buffer.from(data).toString();
            arrived();
            return { kind: 'more' };
          },
        },
      };
    },
  };
}

describe('a process that was too busy to read in time', () => {
  it('does not take a wire for silent whose bytes it has not read', async () => {
    openPort({ kind: 'none' });
    pty.onData(() => void pty.write(Buffer.from('first')));
    let isFirst = true;
    const request = gapTransaction(20, () => {
      if (isFirst) arriveWhileBusy(' and last', 60);
      isFirst = false;
    });
    expect(await port.transact(request, owner())).toBe('first and last');
  });

  it('does not call a reply missing that lies in the buffer of the system', async () => {
    openPort({ kind: 'none' });
    pty.onData(() => arriveWhileBusy('here\n', 90));
    expect(await port.transact(ask('where', { timeoutMs: 40 }), owner())).toBe('here');
  });

  it('does not give a late reply to the next request because it has not read it yet', async () => {
    openPort({ kind: 'quiet', quietMs: 30 });
    pty.onData((data) => {
      if (data.toString() === 'next\n') pty.write(Buffer.from('right\n'));
    });
    const slow = ask('slow', { timeoutMs: 20 });
    const lost = port.transact(
      {
        ...slow,
        attempt: () => ({
          ...slow.attempt(),
          abandon: () => arriveWhileBusy('late\n', 60),
        }),
      },
      owner(),
    );
    const next = port.transact(ask('next', { timeoutMs: 1_000 }), owner());
    await expect(lost).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await next).toBe('right');
    expect(port.statistics().quarantined).toBe(1);
  });
});
