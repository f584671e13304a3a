import { SignalboxError } from '../../../kernel/index.ts';

/**
 * Which device is meant, by its hardware address: that of the configuration, or else of the first answer.
 * Two miners that a router gave each other's address would tell their values under the wrong names.
 */
export class ExpectedDevice {
  #mac: string | undefined;
  /** What was told the last time, and was good: a device tells the same each second. */
  #good: string | undefined;

  /** @param mac of the configuration */
  constructor(mac?: string) {
    this.#mac = mac === undefined ? undefined : plainMac(mac);
  }

  /** @throws INSTRUMENT_REPLACED when it is another one; one that does not tell passes */
  check(told: unknown): void {
    if (typeof told !== 'string' || told === this.#good) return;
    const mac = plainMac(told);
    if (mac === undefined) return;
    this.#mac ??= mac;
    if (mac === this.#mac) {
      this.#good = told;
      return;
    }
    throw new SignalboxError(
      'INSTRUMENT_REPLACED',
      `another device answers: its hardware address is ${written(mac)}, and not ${written(this.#mac)}`,
      { details: { mac: written(mac), expected: written(this.#mac) } },
    );
  }
}

/** Twelve digits in lower case; undefined for what is no hardware address. */
export function plainMac(text: string): string | undefined {
  const digits = text.replaceAll(/[:\-.\s]/g, '').toLowerCase();
  return /^[0-9a-f]{12}$/.test(digits) ? digits : undefined;
}

/** A hardware address as it is usually written: `aa:bb:cc:dd:ee:ff`. */
export function writtenMac(text: unknown): string | undefined {
  const mac = typeof text === 'string' ? plainMac(text) : undefined;
  return mac === undefined ? undefined : written(mac);
}

function written(mac: string): string {
  return mac.replaceAll(/(..)(?=.)/g, '$1:');
}
