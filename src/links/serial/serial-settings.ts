import { SignalboxError } from '../../kernel/index.ts';

/** How a serial line is set. */
export interface SerialSettings {
  /** Bits a second. @default 38_400 */
  readonly baudRate: number;
  /** @default 8 */
  readonly dataBits: 5 | 6 | 7 | 8;
  /** @default 1 */
  readonly stopBits: 1 | 2;
  /** @default 'none' */
  readonly parity: 'none' | 'even' | 'odd';
  /** `rts-cts` by wires, `xon-xoff` by bytes (then 0x11 and 0x13 never arrive). @default 'none' */
  readonly flowControl: 'none' | 'rts-cts' | 'xon-xoff';
}

/** 38400 baud, 8 data bits, no parity, 1 stop bit: what a ProPar instrument is set to as it comes. */
export const defaultSerialSettings: SerialSettings = {
  baudRate: 38_400,
  dataBits: 8,
  stopBits: 1,
  parity: 'none',
  flowControl: 'none',
};

/** No UART on a PC or adapter goes faster; what is above is a slip of the keyboard. */
export const baudRateMost = 12_000_000;

/** How far the speed of an adapter may be from the one asked for: a UART frame tolerates no more. */
const baudRateToleranceShare = 0.03;

/** Whether a line that has one speed reads what was sent at the other. */
export function isNearBaudRate(actual: number, wanted: number): boolean {
  return Math.abs(actual - wanted) <= wanted * baudRateToleranceShare;
}

const allowed = {
  dataBits: [5, 6, 7, 8],
  stopBits: [1, 2],
  parity: ['none', 'even', 'odd'],
  flowControl: ['none', 'rts-cts', 'xon-xoff'],
} as const;

/**
 * The settings with defaults for what is missing.
 * @throws BAD_ARGUMENT for a value that no serial line has
 */
export function serialSettings(given: Partial<SerialSettings> = {}): SerialSettings {
  const settings: SerialSettings = {
    baudRate: given.baudRate ?? defaultSerialSettings.baudRate,
    dataBits: given.dataBits ?? defaultSerialSettings.dataBits,
    stopBits: given.stopBits ?? defaultSerialSettings.stopBits,
    parity: given.parity ?? defaultSerialSettings.parity,
    flowControl: given.flowControl ?? defaultSerialSettings.flowControl,
  };
  const { baudRate } = settings;
  if (!Number.isInteger(baudRate) || baudRate < 1 || baudRate > baudRateMost) {
    throw refusal('baudRate', baudRate, `a whole number from 1 to ${baudRateMost}`);
  }
  for (const name of ['dataBits', 'stopBits', 'parity', 'flowControl'] as const) {
    const values: readonly unknown[] = allowed[name];
    if (!values.includes(settings[name])) {
      throw refusal(name, settings[name], `one of ${values.join(', ')}`);
    }
  }
  return settings;
}

function refusal(name: string, value: unknown, wanted: string): SignalboxError {
  return new SignalboxError('BAD_ARGUMENT', `${name} is ${String(value)}; it must be ${wanted}`, {
    details: { argument: name, value, wanted },
  });
}
