import { SignalboxError } from '../../kernel/index.ts';

/** What is wrong with a field, for clients that know no more than its name. */
export function wrongField(field: string, message: string): SignalboxError {
  return new SignalboxError('VALUE_INVALID', message, { details: { field } });
}

/** The fields of a request, each checked when it is taken. */
export class Fields {
  readonly #given: Readonly<Record<string, unknown>>;

  /** @throws BAD_ARGUMENT when it is no object */
  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new SignalboxError('BAD_ARGUMENT', 'the body must be an object');
    }
    this.#given = body as Readonly<Record<string, unknown>>;
  }

  has(name: string): boolean {
    return this.#of(name) !== undefined;
  }

  /** `HH:MM`. */
  time(name: string, code: string): string | undefined {
    const value = this.#of(name);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && /^([01]?\d|2[0-3]):[0-5]\d$/.test(value)) {
      return value.padStart(5, '0');
    }
    throw wrongField(code, `${name} must be a time of the day: 06:30`);
  }

  whole(name: string, least: number, most: number): number | undefined {
    const value = this.#of(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (Number.isInteger(number) && Number(number) >= least && Number(number) <= most) {
      return Number(number);
    }
    throw wrongField(name, `${name} must be a whole number from ${least} to ${most}`);
  }

  /** `true`, `1`, `on`, `yes` and `enabled` are true, all else that a switch may say is not. */
  flag(name: string): boolean | undefined {
    const value = this.#of(name);
    if (value === undefined) return undefined;
    if (typeof value === 'boolean') return value;
    const word =
      typeof value === 'string' || typeof value === 'number' ? `${value}`.toLowerCase() : '?';
    if (['true', '1', 'on', 'yes', 'enabled'].includes(word)) return true;
    if (['false', '0', 'off', 'no', 'disabled', ''].includes(word)) return false;
    throw wrongField(name, `${name} must be true or false`);
  }

  playable(name: string): string | undefined {
    const value = this.#of(name);
    if (value === undefined || value === '') return undefined;
    const isPlayable = /^spotify:(playlist|album|artist|track):[A-Za-z0-9]{22}$/;
    if (typeof value === 'string' && isPlayable.test(value)) return value;
    throw wrongField(name, `${name} must be spotify:playlist:… (or album, artist, track)`);
  }

  /** The name of a device. */
  device(name: string): string | undefined {
    const value = this.#of(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string' && /^[^\p{Cc}<>]{1,100}$/u.test(value)) return value;
    throw wrongField(name, `${name} must have 1 to 100 characters, without control, < and >`);
  }

  /** Numbers of days from 0, Monday, to 6; none is once. A list, or one in JSON. */
  weekdays(name: string): readonly number[] | undefined {
    const value = this.#of(name);
    if (value === undefined) return undefined;
    const list = typeof value === 'string' ? parsed(value) : value;
    const isDay = (day: unknown): boolean =>
      Number.isInteger(day) && Number(day) >= 0 && Number(day) <= 6;
    if (Array.isArray(list) && list.every(isDay)) {
      return [...new Set(list as readonly number[])].toSorted((one, other) => one - other);
    }
    throw wrongField(name, `${name} must be a list of days: 0 is Monday, 6 Sunday`);
  }

  /** Null is as good as nothing. */
  #of(name: string): unknown {
    return this.#given[name] ?? undefined;
  }
}

function parsed(text: string): unknown {
  if (text.trim() === '') return [];
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
