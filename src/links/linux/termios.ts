import { SignalboxError } from '../../kernel/index.ts';
import { isNearBaudRate } from '../serial/serial-settings.ts';
import type { SerialSettings } from '../serial/serial-settings.ts';
import { speedFlags } from './baud-rates.ts';
import { request } from './ioctl.ts';
import { checked } from './libc.ts';
import type { Libc } from './libc.ts';

/**
 * Offsets in `struct termios2`: four flag words, the line discipline, 19 control characters, two
 * speeds. Source: Linux include/uapi/asm-generic/termbits.h.
 */
const offset = { input: 0, output: 4, control: 8, local: 12, characters: 17, speedIn: 36 } as const;
const speedOutOffset = 40;
const termiosBytes = 44;

/** Flags, with their names in termbits.h. */
const IXON = 0x400;
const IXOFF = 0x1000;
const CSIZE_SHIFT = 4;
const CSTOPB = 0x40;
const CREAD = 0x80;
const PARENB = 0x100;
const PARODD = 0x200;
/** Opening does not wait for a carrier, and losing it does not hang up. */
const CLOCAL = 0x800;
const CRTSCTS = 0x80_00_00_00;

/** Positions among the control characters. */
const VTIME = 5;
const VMIN = 6;
const VSTART = 8;
const VSTOP = 9;
const startCharacter = 0x11;
const stopCharacter = 0x13;

/**
 * The bytes of a termios structure for a raw line: what arrives is given as it is, at once, and
 * nothing is echoed. HUPCL is clear, so that closing does not drop DTR.
 */
export function rawTermios(settings: SerialSettings): Buffer {
  const { baudRate, dataBits, stopBits, parity, flowControl } = settings;
  const termios = Buffer.alloc(termiosBytes);
  const soft = flowControl === 'xon-xoff' ? IXON | IXOFF : 0;
  const hard = flowControl === 'rts-cts' ? CRTSCTS : 0;
  const parityBits = { none: 0, even: PARENB, odd: PARENB | PARODD }[parity];
  const control =
    ((dataBits - 5) << CSIZE_SHIFT) |
    (stopBits === 2 ? CSTOPB : 0) |
    (CREAD | CLOCAL | speedFlags(baudRate) | parityBits | hard);
  termios.writeUInt32LE(soft, offset.input);
  termios.writeUInt32LE(0, offset.output);
  termios.writeUInt32LE(control >>> 0, offset.control);
  termios.writeUInt32LE(0, offset.local);
  termios[offset.characters + VTIME] = 0;
  termios[offset.characters + VMIN] = 1;
  termios[offset.characters + VSTART] = startCharacter;
  termios[offset.characters + VSTOP] = stopCharacter;
  termios.writeUInt32LE(baudRate, offset.speedIn);
  termios.writeUInt32LE(baudRate, speedOutOffset);
  return termios;
}

/** Gives a terminal its settings. */
export function setTermios(libc: Libc, fd: number, termios: Uint8Array, address: string): void {
  checked(libc, libc.ioctl(fd, request.TCSETS2, termios), { what: 'setting the line', address });
}

/** What the hardware may not be able to do, with its bits among the control flags. */
const abilities: readonly { readonly bits: number; readonly setting: keyof SerialSettings }[] = [
  { bits: 3 << CSIZE_SHIFT, setting: 'dataBits' },
  { bits: CSTOPB, setting: 'stopBits' },
  { bits: PARENB | PARODD, setting: 'parity' },
  { bits: CRTSCTS, setting: 'flowControl' },
];

/**
 * Makes a terminal a raw serial line. A driver takes what it can of the settings and says nothing of
 * the others, so they are read back.
 * @param line.isPseudo a pseudo-terminal has no wire, and takes eight bits without parity only: what
 *   is asked for makes no difference there
 * @throws BAD_ARGUMENT when the adapter cannot do what is asked for
 */
export function configureLine(
  libc: Libc,
  fd: number,
  settings: SerialSettings,
  line: { readonly address: string; readonly isPseudo: boolean },
): void {
  const { address, isPseudo } = line;
  const wanted = rawTermios(settings);
  setTermios(libc, fd, wanted, address);
  const actual = Buffer.alloc(termiosBytes);
  const call = { what: 'reading the settings of the line', address };
  checked(libc, libc.ioctl(fd, request.TCGETS2, actual), call);
  const baudRate = actual.readUInt32LE(speedOutOffset);
  if (!isNearBaudRate(baudRate, settings.baudRate)) {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `${address} cannot do ${settings.baudRate} baud; the nearest is ${baudRate}`,
      { details: { address, baudRate: settings.baudRate, nearestBaudRate: baudRate } },
    );
  }
  if (isPseudo) return;
  const differing = wanted.readUInt32LE(offset.control) ^ actual.readUInt32LE(offset.control);
  const unable = abilities.find(({ bits }) => (differing & bits) !== 0);
  if (unable === undefined) return;
  const { setting } = unable;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `the adapter at ${address} cannot do ${setting} ${settings[setting]}`,
    {
      details: { address, argument: setting, value: settings[setting] },
      nextStep: `Set ${setting} to what both the instrument and the adapter can do, or use another adapter.`,
    },
  );
}
