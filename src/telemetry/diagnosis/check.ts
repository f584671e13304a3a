import { asSignalboxError, given } from '../../kernel/index.ts';
import type { ErrorCode, Fault, Owner, SignalboxError } from '../../kernel/index.ts';

/** What a check is about. */
export type CheckArea =
  | 'configuration'
  | 'gateway'
  | 'link'
  | 'lease'
  | 'deadlock'
  | 'instrument'
  | 'worker'
  | 'subsystem'
  | 'alert'
  | 'disk'
  | 'clock'
  | 'tokens';

/** Who has the thing: an owner inside the gateway, or another program that has the device open. */
export type Holder = Partial<Owner> & {
  readonly program: string;
  /** Its command line, where it is another program of this machine. */
  readonly command?: string;
};

/** One thing that was looked at. */
export interface Check {
  readonly area: CheckArea;
  /** The thing itself: `port bus`. */
  readonly name: string;
  readonly passed: boolean;
  /** It is past, or does no harm by itself: it is told of, and nothing counts as failed for it. */
  readonly isWarning?: boolean;
  /** What was found; of what is wrong, why. */
  readonly found: string;
  /** Of what is wrong: as in the catalogue of errors. */
  readonly code?: ErrorCode;
  /** Whose fault it is. */
  readonly fault?: Fault;
  /** Who has it, as far as this user may see. */
  readonly holders?: readonly Holder[];
  /** What to do about it. */
  readonly next?: string;
  /** What to type for that, where it is one command. */
  readonly command?: string;
}

/** Does a check; what it throws is what is wrong, with what to do. */
export async function check(
  area: CheckArea,
  name: string,
  look: () => string | Promise<string>,
): Promise<Check> {
  try {
    return { area, name, passed: true, found: await look() };
  } catch (thrown) {
    return failedCheck(area, name, asSignalboxError(thrown));
  }
}

/** A check that came to an error. */
export function failedCheck(area: CheckArea, name: string, error: SignalboxError): Check {
  const { code, fault, message, nextStep } = error;
  return {
    area,
    name,
    passed: false,
    found: `${message} [${code}]`,
    code,
    fault,
    next: nextStep,
    ...given({ holders: holdersIn(error.details), command: commandIn(nextStep) }),
  };
}

/** The programs that an error names. */
export function holdersIn(
  details: Readonly<Record<string, unknown>>,
): readonly Holder[] | undefined {
  const { holders } = details;
  if (!Array.isArray(holders)) return undefined;
  const named = holders.filter(
    (each): each is Holder =>
      typeof each === 'object' && each !== null && typeof each.program === 'string',
  );
  return named.length === 0 ? undefined : named;
}

/** The command in a next step: what stands between backticks, or after a colon at its end. */
export function commandIn(next: string): string | undefined {
  const found =
    /`((?:signalbox|sudo|chmod|npm|npx) [^`]+)`/.exec(next) ??
    /: ((?:signalbox|sudo|chmod|npm|npx) .+)$/.exec(next);
  return found?.[1];
}
