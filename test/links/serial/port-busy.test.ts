import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Pty, serialLinkFactory } from '../../../src/links/index.ts';
import { Port } from '../../../src/ports/index.ts';
import { ask, owner } from '../../support/line-transaction.ts';
import { RunningProgram } from '../running-program.ts';

const pythonHolder = new URL('../programs/hold_port.py', import.meta.url);
const signalboxHolder = new URL('../programs/hold-port.ts', import.meta.url);
const terminalMaker = new URL('../programs/make_terminal.py', import.meta.url);
const forever = new AbortController().signal;
/** A user that every system has, where we may start programs as somebody else. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
const nobodyName = process.getuid?.() === 0 ? 'nobody' : userInfo().username;
let pty: Pty;

beforeEach(async () => {
  pty = await Pty.open({ mode: 0o666 });
});

afterEach(async () => {
  await pty.close();
});

/** The error with which opening is refused; closes what opens all the same. */
async function refusal(path = pty.path): Promise<unknown> {
  const link = serialLinkFactory({ path }).create();
  try {
    await link.open(forever);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await link.close();
  }
}

function heldBy(program: string, pid: number, user = userInfo().username): object {
  return {
    code: 'PORT_BUSY',
    message: `${pty.path} is held by ${program} (pid ${pid}, user ${user})`,
    nextStep: expect.stringContaining('Stop that program'),
    details: { holders: [expect.objectContaining({ program, pid, user })] },
  };
}

describe('a port that a Python program has open', () => {
  it.each(['exclusive', 'shared', 'default'])(
    'is refused with its name, process and user: %s',
    async (mode) => {
      const holder = await RunningProgram.start(pythonHolder, [pty.path, mode]);
      expect(await refusal()).toMatchObject(heldBy('python3', holder.pid));
      await holder[Symbol.asyncDispose]();
      expect(await refusal()).toBeUndefined();
    },
  );

  it('is refused with the name of the other user whose program it is', async () => {
    await using holder = await RunningProgram.start(pythonHolder, [pty.path, 'default'], nobody);
    expect(await refusal()).toMatchObject(heldBy('python3', holder.pid, nobodyName));
  });

  it('comes to the port that waits for it when the program ends', async () => {
    const holder = await RunningProgram.start(pythonHolder, [pty.path, 'exclusive']);
    const port = new Port({ name: 'bus', link: serialLinkFactory({ path: pty.path }) });
    pty.onData((data) => void pty.write(data));
    port.open();
    const waiting = port.transact(ask('hello', { timeoutMs: 1_000 }), owner());
    await expect.poll(() => port.status().state).toBe('absent');
    expect(port.status().reason).toContain(`pid ${holder.pid}`);
    expect(port.statistics().linkFailuresByCode).toEqual({ PORT_BUSY: 1 });
    await holder[Symbol.asyncDispose]();
    expect(await waiting).toBe('hello');
    await port.close();
  });
});

it('a port that another Signalbox has open is refused with its name, process and user', async () => {
  const holder = await RunningProgram.start(signalboxHolder, [pty.path]);
  expect(await refusal()).toMatchObject(heldBy('node', holder.pid));
  await holder[Symbol.asyncDispose]();
  expect(await refusal()).toBeUndefined();
});

it('the program that stands for the device is no rival', async () => {
  await using device = await RunningProgram.start(terminalMaker, []);
  expect(await refusal(device.said)).toBeUndefined();
  const first = serialLinkFactory({ path: device.said }).create();
  await first.open(forever);
  // Then we ourselves hold it.
  expect(await refusal(device.said)).toMatchObject({
    code: 'PORT_BUSY',
    details: { holders: [expect.objectContaining({ pid: process.pid })] },
  });
  await first.close();
});

describe('a port that Signalbox has open', () => {
  it.each([
    { who: 'of another user that takes no lock', as: nobody, mode: 'default' },
    // The superuser opens what is exclusive all the same; then the lock keeps him out.
    { who: 'of the same user that takes the lock', as: {}, mode: 'exclusive' },
  ])('is refused to a program $who', async ({ as, mode }) => {
    const link = serialLinkFactory({ path: pty.path }).create();
    await link.open(forever);
    await expect(RunningProgram.start(pythonHolder, [pty.path, mode], as)).rejects.toThrow(
      /resource busy|exclusively lock/i,
    );
    await link.close();
  });
});
