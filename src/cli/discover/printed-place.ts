import { table } from '../table.ts';
import { style } from '../style.ts';
import { nameOfPlace } from '../../gateway/index.ts';
import type { FoundHere, ScannedPlace } from '../../gateway/index.ts';

/** What came of a place, for a person. */
export function printedPlace({ place, found, language, skipped }: ScannedPlace): string {
  const name = nameOfPlace(place);
  if (skipped !== undefined) {
    return `${style.doubtful(name)}: skipped, ${skipped.message}\n  ${skipped.nextStep}`;
  }
  if (found.length === 0) return `${name}: nobody answers`;
  const how = language === undefined ? '' : `, ${language.protocol}${speedOf(language.baudRate)}`;
  const rows = found.map((each) => [
    each.known ?? each.name ?? '',
    each.family,
    each.scope ?? '',
    each.known === undefined ? 'new' : 'configured',
    trialOf(each),
    each.identity?.text ?? '',
  ]);
  return `${style.good(name)}${how}\n${table(['NAME', 'FAMILY', 'WHERE', 'STATUS', 'TRIAL', 'IDENTITY'], rows)}`;
}

/** The same as plain data. */
export function forPrograms({ place, found, language, skipped }: ScannedPlace): object {
  return {
    ...place,
    found,
    ...language,
    ...(skipped === undefined ? {} : { skipped }),
  };
}

function speedOf(baudRate: number | undefined): string {
  return baudRate === undefined ? '' : ` at ${baudRate} baud`;
}

function trialOf({ trial }: FoundHere): string {
  if (trial === undefined) return '';
  return trial.passed ? trial.found : `failed: ${trial.found}`;
}
