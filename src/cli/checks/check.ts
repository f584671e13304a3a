import type { Check, CheckArea } from '../../telemetry/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { say, sayJson } from '../output.ts';
import { style } from '../style.ts';
import { table } from '../table.ts';

const exitCodeOfArea: Readonly<Record<CheckArea, number>> = {
  configuration: exitCodes.caller,
  gateway: exitCodes.unreachable,
  link: exitCodes.link,
  lease: exitCodes.failed,
  deadlock: exitCodes.failed,
  instrument: exitCodes.instrument,
  worker: exitCodes.link,
  subsystem: exitCodes.failed,
  alert: exitCodes.failed,
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
  const telemetry = await import('../../telemetry/index.ts');
  return await telemetry.check(area, name, look);
}

/** Prints what was found; the exit code is that of the first thing that is wrong. */
export function sayChecks(checks: readonly Check[], isJson: boolean): void {
  const wrong = checks.filter(({ passed, isWarning = false }) => !passed && !isWarning);
  const [first] = wrong;
  if (first !== undefined) process.exitCode ??= exitCodeOfArea[first.area];
  if (isJson) {
    sayJson({ passed: wrong.length === 0, checks });
    return;
  }
  const rows = checks.flatMap((each) => [
    [word(each), each.name, each.found],
    ...(each.passed || each.next === undefined ? [] : [['', '', `-> ${each.next}`]]),
  ]);
  say(table(['', 'WHAT', 'FOUND'], rows));
  say(wrong.length === 0 ? 'all is well' : `${wrong.length} of ${checks.length} failed`);
}

function word({ passed, isWarning = false }: Check): string {
  if (passed) return style.good('ok');
  return isWarning ? style.doubtful('warning') : style.bad('FAILED');
}
