import type { Clock } from '../../kernel/index.ts';
import type { SerialDeviceEntry } from '../../links/index.ts';

/** A list of devices that is not older than this will do. */
export const deviceCacheMs = 5_000;

interface Seen {
  readonly devices: readonly SerialDeviceEntry[];
  readonly atMs: number;
}

/** Remembers what devices there are: one look serves all who ask at the time. */
export class DeviceCache {
  readonly #look: () => Promise<readonly SerialDeviceEntry[]>;
  readonly #clock: Clock;
  #seen: Seen | undefined;
  #looking: Promise<Seen> | undefined;

  constructor(look: () => Promise<readonly SerialDeviceEntry[]>, clock: Clock) {
    this.#look = look;
    this.#clock = clock;
  }

  /** @param maxAgeMs how old it may be. @throws what the look throws, which is not remembered */
  async get(maxAgeMs: number = deviceCacheMs): Promise<readonly SerialDeviceEntry[]> {
    const seen = this.#seen;
    if (seen !== undefined && this.#clock.monotonic() - seen.atMs < maxAgeMs) return seen.devices;
    this.#looking ??= this.#lookNow();
    return (await this.#looking).devices;
  }

  async #lookNow(): Promise<Seen> {
    try {
      const atMs = this.#clock.monotonic();
      this.#seen = { devices: await this.#look(), atMs };
      return this.#seen;
    } finally {
      this.#looking = undefined;
    }
  }
}
