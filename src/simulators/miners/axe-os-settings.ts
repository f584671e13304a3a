/** A setting of AxeOS: what it is from the maker, and what PATCH takes for it. Source: ESP-Miner, openapi.yaml. */
interface Setting {
  readonly initial: number | string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: RegExp;
  /** Whether nobody is told it. */
  readonly isSecret?: boolean;
}

const number = (initial: number, minimum: number, maximum: number): Setting => ({
  initial,
  minimum,
  maximum,
});
const text = (initial: string, pattern: RegExp, isSecret = false): Setting => ({
  initial,
  pattern,
  isSecret,
});

const settings: Readonly<Record<string, Setting>> = {
  frequency: number(525, 1, 65_535),
  coreVoltage: number(1_150, 1, 65_535),
  overclockEnabled: number(0, 0, 1),
  autofanspeed: number(1, 0, 1),
  manualFanSpeed: number(70, 0, 100),
  minFanSpeed: number(25, 0, 99),
  temptarget: number(60, 35, 66),
  overheat_mode: number(0, 0, 0),
  rotation: number(0, 0, 270),
  invertscreen: number(0, 0, 1),
  displayTimeout: number(-1, -1, 65_535),
  statsFrequency: number(120, 0, 65_535),
  hostname: text('bitaxe', /^[A-Za-z0-9-]{1,32}$/),
  ssid: text('workshop', /^.{1,32}$/s),
  wifiPass: text('', /^.{0,63}$/s, true),
  stratumURL: text('public-pool.example', /^.{1,200}$/s),
  stratumPort: number(3333, 1, 65_535),
  stratumUser: text('bc1qsimulated.bitaxe', /^.{1,200}$/s),
  stratumPassword: text('x', /^.{0,200}$/s, true),
  fallbackStratumURL: text('solo.example', /^.{1,200}$/s),
  fallbackStratumPort: number(3333, 1, 65_535),
  fallbackStratumUser: text('bc1qsimulated.bitaxe', /^.{1,200}$/s),
  fallbackStratumPassword: text('x', /^.{0,200}$/s, true),
};

/** The settings of one device. Only what was changed takes room. */
export class AxeOsSettings {
  #changed: Map<string, number | string> | undefined;
  readonly #initial: Readonly<Record<string, number | string>>;

  constructor(initial: Readonly<Record<string, number | string>> = {}) {
    this.#initial = initial;
  }

  get(name: string): number | string {
    return this.#changed?.get(name) ?? this.#initial[name] ?? settings[name]?.initial ?? '';
  }

  /** Those that may be told. */
  told(): Record<string, number | string> {
    const told: Record<string, number | string> = {};
    for (const name in settings) if (settings[name]?.isSecret !== true) told[name] = this.get(name);
    return told;
  }

  /** Takes all of it, or nothing; what is no setting is left out. @returns whether it was taken */
  patch(body: Readonly<Record<string, unknown>>): boolean {
    const known = Object.entries(body).filter(([name]) => Object.hasOwn(settings, name));
    if (!known.every(([name, value]) => isGood(settings[name], value))) return false;
    this.#changed ??= new Map();
    for (const [name, value] of known) this.#changed.set(name, value as number | string);
    return true;
  }
}

function isGood(setting: Setting | undefined, value: unknown): boolean {
  if (setting === undefined) return false;
  if (setting.pattern !== undefined) {
    return typeof value === 'string' && setting.pattern.test(value);
  }
  const { minimum = 0, maximum = 0 } = setting;
  return typeof value === 'number' && value >= minimum && value <= maximum;
}
