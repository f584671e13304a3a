import { errorCatalogue } from './error-catalogue.ts';
import type { ErrorCode, Fault } from './error-catalogue.ts';

/** What an error carries besides its code and message. */
export interface SignalboxErrorOptions {
  /** Facts for programs: the thing, its holder, its limit. Must be plain data. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What to do next. @default the catalogue's */
  readonly nextStep?: string;
  readonly cause?: unknown;
}

/** An error as it crosses a process border: plain data. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly fault: Fault;
  readonly message: string;
  readonly nextStep: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * The one error class of Signalbox. `code` is stable and says in the catalogue whose fault it is;
 * `message` is one line that names the thing, its holder or limit.
 */
export class SignalboxError extends Error {
  readonly code: ErrorCode;
  readonly fault: Fault;
  readonly nextStep: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: SignalboxErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SignalboxError';
    this.code = code;
    const entry = errorCatalogue[code];
    this.fault = entry.fault;
    this.nextStep = options.nextStep ?? entry.nextStep;
    this.details = options.details ?? {};
  }

  /** This error as plain data, for another process or a log. */
  toJSON(): ErrorReport {
    const { code, fault, message, nextStep, details } = this;
    return { code, fault, message, nextStep, details };
  }

  /** The error that a report from another process stands for. An unknown code becomes INTERNAL. */
  static fromReport(report: Partial<ErrorReport>): SignalboxError {
    const known = report.code !== undefined && Object.hasOwn(errorCatalogue, report.code);
    return new SignalboxError(known ? report.code : 'INTERNAL', report.message ?? 'unknown error', {
      ...(report.details === undefined ? {} : { details: report.details }),
      ...(report.nextStep === undefined ? {} : { nextStep: report.nextStep }),
    });
  }
}

/** Whether a value is a {@link SignalboxError}, also across copies of this module. */
export function isSignalboxError(value: unknown): value is SignalboxError {
  return value instanceof Error && value.name === 'SignalboxError' && 'fault' in value;
}

/** Whether a value is a {@link SignalboxError} with one of these codes. */
export function hasCode(value: unknown, ...codes: readonly ErrorCode[]): boolean {
  return isSignalboxError(value) && codes.includes(value.code);
}

/** The value itself if it is a {@link SignalboxError}, else an INTERNAL error that it caused. */
export function asSignalboxError(value: unknown): SignalboxError {
  if (isSignalboxError(value)) return value;
  return new SignalboxError('INTERNAL', textOf(value), { cause: value });
}

function textOf(value: unknown): string {
  if (value instanceof Error) return value.message;
  try {
    return String(value);
  } catch {
    // An object without a prototype has no text.
    return 'unknown error';
  }
}
