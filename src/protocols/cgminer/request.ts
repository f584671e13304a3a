import { SignalboxError } from '../../kernel/index.ts';
import { cgminerRequestBytesMost } from './limits.ts';

/** One request: what is to be done, and with what. */
export interface CgminerRequest {
  /** `summary`; several reports are joined by `+`: `summary+devs`. */
  readonly command: string;
  /** Its arguments in one text, with commas between. */
  readonly parameter?: string;
}

/**
 * A request as JSON, which every server since API 1.4 takes. The parameter is a text: anything but a text
 * or a number is ignored by the server. Source: cgminer, API-README, "JSON API".
 * @throws BAD_ARGUMENT for what is no command, has a zero in it, or is longer than the server reads
 */
export function encodeCgminerRequest({ command, parameter }: CgminerRequest): Uint8Array {
  checkCommand(command);
  const request = parameter === undefined ? { command } : { command, parameter };
  return checkedRequest(JSON.stringify(request), command);
}

/**
 * The same as plain text, `command|parameter`, for servers that know no JSON.
 * @throws BAD_ARGUMENT as {@link encodeCgminerRequest}
 */
export function encodeCgminerText({ command, parameter }: CgminerRequest): Uint8Array {
  checkCommand(command);
  return checkedRequest(parameter === undefined ? command : `${command}|${parameter}`, command);
}

/**
 * Arguments as one parameter. A comma or backslash inside of one is escaped, as `addpool` wants it.
 * Source: cgminer, API-README, "addpool".
 */
export function joinCgminerArguments(values: readonly (string | number)[]): string {
  return values.map((value) => String(value).replaceAll(/[\\,]/g, String.raw`\$&`)).join(',');
}

/**
 * What somebody typed: `summary`, `switchpool|1`, or JSON.
 * @throws BAD_ARGUMENT
 */
export function parseCgminerRequest(text: string): CgminerRequest {
  if (text.trimStart().startsWith('{')) return requestOfJson(text);
  const at = text.indexOf('|');
  const command = (at < 0 ? text : text.slice(0, at)).trim();
  checkCommand(command);
  return at < 0 ? { command } : { command, parameter: text.slice(at + 1) };
}

function requestOfJson(text: string): CgminerRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SignalboxError('BAD_ARGUMENT', 'a request that begins with { has to be JSON', {
      cause,
    });
  }
  const { command, parameter } = value as Readonly<Record<string, unknown>>;
  if (typeof command !== 'string') {
    throw new SignalboxError('BAD_ARGUMENT', 'a request has a command: {"command":"summary"}');
  }
  checkCommand(command);
  if (typeof parameter !== 'string' && typeof parameter !== 'number') return { command };
  return { command, parameter: String(parameter) };
}

function checkCommand(command: string): void {
  if (/^[a-z][a-z0-9]*(?:\+[a-z][a-z0-9]*)*$/.test(command) && command.length <= 500) return;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `'${command.slice(0, 40)}' is no command: letters and digits, and + between reports`,
  );
}

function checkedRequest(text: string, command: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > cgminerRequestBytesMost) {
    throw new SignalboxError(
      'BAD_ARGUMENT',
      `a request of ${bytes.length} bytes (${command}) is longer than a miner reads: ${cgminerRequestBytesMost}`,
    );
  }
  if (!bytes.includes(0)) return bytes;
  throw new SignalboxError('BAD_ARGUMENT', `a request (${command}) has a zero in it`);
}
