import { asSignalboxError } from '../../kernel/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { say, sayJson } from '../output.ts';
import { style } from '../style.ts';
import { table } from '../table.ts';

/** What a check is about. Each area has an exit code of its own. */
export type CheckArea =
  | 'configuration'
  | 'gateway'
  | 'link'
  | 'lease'
  | 'instrument'
  | 'disk'
  | 'clock'
  | 'tokens';

/** One thing that was looked at. */
export interface Check {
  readonly area: CheckArea;
  /** The thing itself: `port bus`. */
  readonly name: string;
  readonly passed: boolean;
  /** What was found; of what is wrong, why. */
  readonly found: string;
  /** What to do about it. */
  readonly next?: string;
}

const exitCodeOfArea: Readonly<Record<CheckArea, number>> = {
  configuration: exitCodes.caller,
  gateway: exitCodes.unreachable,
  link: exitCodes.link,
  lease: exitCodes.failed,
  instrument: exitCodes.instrument,
  disk: exitCodes.disk,
  clock: exitCodes.clock,
  tokens: exitCodes.tokens,
};

/** Does a check; what it throws is what is wrong, with what to do. */
export async function check(
  area: CheckArea,
  name: string,
  look: () => string | Promise<string>,
): Promise<Check> {
  try {
    return { area, name, passed: true, found: await look() };
  } catch (thrown) {
    const { message, code, nextStep } = asSignalboxError(thrown);
    return { area, name, passed: false, found: `${message} [${code}]`, next: nextStep };
  }
}

/** Prints what was found; the exit code is that of the first thing that is wrong. */
export function sayChecks(checks: readonly Check[], isJson: boolean): void {
  const wrong = checks.filter(({ passed }) => !passed);
  const [first] = wrong;
  if (first !== undefined) process.exitCode ??= exitCodeOfArea[first.area];
  if (isJson) {
    sayJson({ passed: wrong.length === 0, checks });
    return;
  }
  const rows = checks.flatMap(({ name, passed, found, next }) => [
    [passed ? style.good('ok') : style.bad('FAILED'), name, found],
    ...(passed || next === undefined ? [] : [['', '', `-> ${next}`]]),
  ]);
  say(table(['', 'WHAT', 'FOUND'], rows));
  say(wrong.length === 0 ? 'all is well' : `${wrong.length} of ${checks.length} failed`);
}
