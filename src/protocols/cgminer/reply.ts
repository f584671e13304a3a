import { parseLenientJson } from './lenient-json.ts';
import type { LenientJson } from './lenient-json.ts';

/**
 * How a command went: success, information, warning, error, fatal; `RESTART` and `BYE` instead, when the
 * miner goes. Source: cgminer, API-README, "STATUS=X".
 */
export type CgminerStatus = 'S' | 'I' | 'W' | 'E' | 'F' | 'RESTART' | 'BYE';

/** Codes of replies that mean more than that it went well or not. Source: cgminer, api.c. */
export const cgminerCodes = {
  invalidCommand: 14,
  accessDenied: 45,
  ascSetOk: 119,
} as const;

/** One row of a report: what has no value (`nan`) is null. */
export type CgminerRow = Readonly<Record<string, LenientJson>>;

/** The reply to one command. */
export interface CgminerReply {
  readonly status: CgminerStatus;
  /** -1 where it gives none. */
  readonly code: number;
  readonly message: string;
  /** Which program it is: `cgminer 4.11.1`. Empty where it does not say. */
  readonly description: string;
  /** The rows of a section, by its name in capitals: `SUMMARY`, `DEVS`, `POOLS`, `STATS`, `VERSION`. */
  readonly sections: ReadonlyMap<string, readonly CgminerRow[]>;
  /** Whether its end was missing: rows and values may be, too. */
  readonly isTruncated: boolean;
}

const statuses: ReadonlySet<string> = new Set(['S', 'I', 'W', 'E', 'F', 'RESTART', 'BYE']);

/**
 * The reply to a command, or those to joined reports by their names.
 * @returns a text that says what is wrong with it
 */
export function parseCgminerReply(
  text: string,
  command: string,
): ReadonlyMap<string, CgminerReply> | string {
  const result = parsed(text);
  if (result === undefined) return 'it is no JSON, not even such as miners write';
  const { value, isTruncated } = result;
  if (!isRow(value)) return 'it is no object';
  const names = command.split('+');
  const whole = replyOf(value, isTruncated);
  if (names.length === 1) {
    return whole === undefined ? 'it has no STATUS' : new Map([[command, whole]]);
  }
  const replies = new Map<string, CgminerReply>();
  for (const name of names) {
    const [part] = rowsOf(own(value, name));
    const reply = part === undefined ? undefined : replyOf(part, isTruncated);
    if (reply !== undefined) replies.set(name, reply);
  }
  if (replies.size > 0) return replies;
  // A miner that knows no joined reports says so once, for all of them.
  if (whole !== undefined) return new Map(names.map((name) => [name, whole]));
  return 'it has none of the reports that were asked for';
}

/** The number under a name; undefined where there is none, or the miner could not say it. */
export function cgminerNumber(row: CgminerRow | undefined, name: string): number | undefined {
  const value = own(row, name);
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** The text under a name; a number as it is written. */
export function cgminerText(row: CgminerRow | undefined, name: string): string | undefined {
  const value = own(row, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function parsed(text: string): ReturnType<typeof parseLenientJson> {
  try {
    return { value: JSON.parse(text) as LenientJson, isTruncated: false };
  } catch {
    return parseLenientJson(text);
  }
}

function replyOf(row: CgminerRow, isTruncated: boolean): CgminerReply | undefined {
  const told = own(row, 'STATUS');
  const [head] = typeof told === 'string' ? [{ STATUS: told }] : rowsOf(told);
  const status = cgminerText(head, 'STATUS');
  if (status === undefined || !statuses.has(status)) return undefined;
  const sections = new Map<string, readonly CgminerRow[]>();
  for (const [name, value] of Object.entries(row)) {
    if (name === 'STATUS' || name === 'id') continue;
    sections.set(name.toUpperCase(), rowsOf(value));
  }
  return {
    status: status as CgminerStatus,
    code: cgminerNumber(head, 'Code') ?? -1,
    message: cgminerText(head, 'Msg') ?? '',
    description: cgminerText(head, 'Description') ?? '',
    sections,
    isTruncated,
  };
}

function rowsOf(value: LenientJson | undefined): CgminerRow[] {
  if (Array.isArray(value)) return (value as readonly LenientJson[]).filter(isRow);
  return value !== undefined && isRow(value) ? [value] : [];
}

function isRow(value: LenientJson): value is CgminerRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(row: CgminerRow | undefined, name: string): LenientJson | undefined {
  return row !== undefined && Object.hasOwn(row, name) ? row[name] : undefined;
}
