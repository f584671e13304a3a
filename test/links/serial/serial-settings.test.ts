import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { baudRateMost, Pty, serialLinkFactory, serialSettings } from '../../../src/links/index.ts';
import type { Link, SerialSettings } from '../../../src/links/index.ts';
import { request } from '../../../src/links/linux/ioctl.ts';
import type { Libc } from '../../../src/links/linux/libc.ts';
import { configureLine } from '../../../src/links/linux/termios.ts';
import { run } from '../../support/gateway-process.ts';
import { RunningProgram } from '../running-program.ts';
import { traced } from './traced.ts';

const forever = new AbortController().signal;
const backends = ['tty', 'serialport'] as const;
const useLine = fileURLToPath(new URL('../programs/use-line.ts', import.meta.url));
const program = new URL('../programs/terminal_settings.py', import.meta.url);

/** Bits of termios. Source: Linux include/uapi/asm-generic/termbits.h. */
const bit = { CSTOPB: 0x40, CREAD: 0x80, HUPCL: 0x400, CLOCAL: 0x800, CRTSCTS: 0x80_00_00_00 };
const soft = { IXON: 0x400, IXOFF: 0x1000 };
const speedBits = 0x10_0f;

interface TerminalSettings {
  readonly input: number;
  readonly output: number;
  readonly control: number;
  readonly local: number;
  readonly characters: readonly number[];
  readonly speedIn: number;
  readonly speedOut: number;
}

let terminal: RunningProgram;
let link: Link;

beforeAll(async () => {
  terminal = await RunningProgram.start(program, []);
});

afterEach(async () => {
  await link.close();
});

afterAll(async () => {
  await terminal[Symbol.asyncDispose]();
});

/** How a Python program sees a line that is open with these settings. */
async function settingsOf(
  settings: Partial<SerialSettings>,
  backend: (typeof backends)[number] = 'tty',
): Promise<TerminalSettings> {
  link = serialLinkFactory({ path: terminal.said, backend, ...settings }).create();
  await link.open(forever);
  return JSON.parse(await terminal.ask('settings')) as TerminalSettings;
}

describe.each(backends)('a line opened through %s', (backend) => {
  it.each([300, 9_600, 19_200, 38_400, 57_600, 115_200, 921_600, 4_000_000])(
    'is set to %i baud, in a way that every program understands',
    async (baudRate) => {
      const { speedIn, speedOut, control } = await settingsOf({ baudRate }, backend);
      expect([speedIn, speedOut]).toEqual([baudRate, baudRate]);
      expect(control & speedBits).not.toBe(0x10_00);
    },
  );

  it.each([31_250, 250_000, 76_800, 12_345])(
    'is set to %i baud, which has no name',
    async (baudRate) => {
      const { speedIn, speedOut } = await settingsOf({ baudRate }, backend);
      expect([speedIn, speedOut]).toEqual([baudRate, baudRate]);
    },
  );

  it('has the stop bits that are asked for', async () => {
    expect((await settingsOf({ stopBits: 2 }, backend)).control & bit.CSTOPB).not.toBe(0);
    await link.close();
    expect((await settingsOf({ stopBits: 1 }, backend)).control & bit.CSTOPB).toBe(0);
  });

  it('has the flow control that is asked for', async () => {
    const both = soft.IXON | soft.IXOFF;
    const wires = await settingsOf({ flowControl: 'rts-cts' }, backend);
    expect([wires.control & bit.CRTSCTS, wires.input & both]).toEqual([bit.CRTSCTS | 0, 0]);
    await link.close();
    const bytes = await settingsOf({ flowControl: 'xon-xoff' }, backend);
    expect([bytes.control & bit.CRTSCTS, bytes.input & both]).toEqual([0, both]);
    await link.close();
    const none = await settingsOf({ flowControl: 'none' }, backend);
    expect([none.control & bit.CRTSCTS, none.input & both]).toEqual([0, 0]);
  });

  it('neither changes nor repeats a byte, and does not hang up when it is closed', async () => {
    const { output, local, control } = await settingsOf({}, backend);
    expect(output & 1).toBe(0);
    expect(local & 0xb).toBe(0);
    expect(control & (bit.HUPCL | bit.CLOCAL | bit.CREAD)).toBe(bit.CLOCAL | bit.CREAD);
  });

  // A pseudo-terminal has always eight bits without parity: what the kernel is asked for counts.
  it.each([
    [{ dataBits: 7, parity: 'even', stopBits: 1 }, /CS7\|(?:CREAD\|)?PARENB\|/],
    [{ dataBits: 7, parity: 'odd', stopBits: 2 }, /CS7\|CSTOPB\|(?:CREAD\|)?PARENB\|PARODD/],
    [{ dataBits: 5, parity: 'none' }, /CS5\|CREAD\|CLOCAL/],
    [{ dataBits: 6, parity: 'none' }, /CS6\|CREAD\|CLOCAL/],
    [{ dataBits: 8, parity: 'none' }, /CS8\|CREAD\|CLOCAL/],
  ] as const)('asks the kernel for %o', async (settings, flags) => {
    await using pty = await Pty.open();
    pty.onData((data) => void pty.write(data));
    const options = JSON.stringify({ backend, ...settings });
    const { code, calls } = await traced(pty.path, [useLine, pty.path, options]);
    expect(code).toBe(0);
    const asked = calls.filter((call) => /TCSETS/.test(call));
    expect(asked.filter((call) => flags.test(call)).length).toBeGreaterThanOrEqual(3);
  });
});

it('a virtual port shows its speed to programs that know speeds by name', async () => {
  await using pty = await Pty.open();
  const { output } = await run('stty', ['-F', pty.path, 'speed']);
  expect(output).toBe('38400\n');
});

describe('settings that no line has', () => {
  it.each([
    [{ baudRate: 0 }, `baudRate is 0; it must be a whole number from 1 to ${baudRateMost}`],
    [{ baudRate: 9_600.5 }, 'baudRate is 9600.5'],
    [{ baudRate: baudRateMost + 1 }, 'baudRate is 12000001'],
    [{ dataBits: 9 }, 'dataBits is 9; it must be one of 5, 6, 7, 8'],
    [{ stopBits: 1.5 }, 'stopBits is 1.5; it must be one of 1, 2'],
    [{ parity: 'mark' }, 'parity is mark; it must be one of none, even, odd'],
    [{ flowControl: 'dtr' }, 'flowControl is dtr; it must be one of none, rts-cts, xon-xoff'],
  ])('are refused before the device is touched, with what is allowed: %o', (settings, message) => {
    const given = settings as Partial<SerialSettings>;
    expect(() => serialLinkFactory({ path: '/dev/ttyUSB0', ...given })).toThrow(message);
  });
});

describe('an adapter that takes only some of the settings', () => {
  /** A driver that changes what it is set to, as real ones do. */
  function driver(change: (termios: Buffer) => void): Libc {
    let kept = Buffer.alloc(0);
    const ioctl = (_fd: number, number: number, argument: Uint8Array | null): number => {
      if (argument === null) return -1;
      if (number === request.TCSETS2) {
        kept = Buffer.from(argument);
        change(kept);
      } else if (number === request.TCGETS2) argument.set(kept);
      return 0;
    };
    return { ioctl } as unknown as Libc;
  }

  function configure(settings: Partial<SerialSettings>, change: (termios: Buffer) => void): void {
    const line = { address: '/dev/ttyUSB0', isPseudo: false };
    configureLine(driver(change), 3, serialSettings(settings), line);
  }

  function without(bits: number): (termios: Buffer) => void {
    return (termios) => termios.writeUInt32LE((termios.readUInt32LE(8) & ~bits) >>> 0, 8);
  }

  it('is refused a speed that it cannot do, with the nearest that it can', () => {
    const slow = (termios: Buffer): unknown => termios.writeUInt32LE(115_200, 40);
    expect(() => configure({ baudRate: 921_600 }, slow)).toThrow(
      '/dev/ttyUSB0 cannot do 921600 baud; the nearest is 115200',
    );
  });

  it('may be off by what its divider makes of the speed', () => {
    const near = (termios: Buffer): unknown => termios.writeUInt32LE(57_142, 40);
    expect(() => configure({ baudRate: 57_600 }, near)).not.toThrow();
  });

  it.each([
    [{ parity: 'even' }, 0x1_00, 'parity even'],
    [{ parity: 'odd' }, 0x2_00, 'parity odd'],
    [{ dataBits: 7 }, 0x30, 'dataBits 7'],
    [{ stopBits: 2 }, 0x40, 'stopBits 2'],
    [{ flowControl: 'rts-cts' }, 0x80_00_00_00, 'flowControl rts-cts'],
  ] as const)('is refused what it drops without a word: %o', (settings, bits, named) => {
    expect(() => configure(settings, () => {})).not.toThrow();
    expect(() => configure(settings, without(bits))).toThrow(`cannot do ${named}`);
  });
});
