/** A rule as somebody types it. */
export interface RuleDraft {
  readonly name: string;
  readonly instrument: string;
  readonly parameter: string;
  readonly is: 'above' | 'below' | 'equal' | 'different' | 'absent' | 'offline' | 'changed';
  readonly value: string;
  readonly forS: string;
  readonly severity: 'info' | 'warning' | 'critical';
}

/** What a simple rule can look for. */
export const conditions: readonly {
  readonly is: RuleDraft['is'];
  readonly title: string;
  readonly needsValue: boolean;
  readonly needsParameter: boolean;
}[] = [
  { is: 'above', title: 'above', needsValue: true, needsParameter: true },
  { is: 'below', title: 'below', needsValue: true, needsParameter: true },
  { is: 'equal', title: 'equal to', needsValue: true, needsParameter: true },
  { is: 'different', title: 'different from', needsValue: true, needsParameter: true },
  { is: 'changed', title: 'changed', needsValue: false, needsParameter: true },
  { is: 'absent', title: 'not there', needsValue: false, needsParameter: true },
  { is: 'offline', title: 'the instrument is offline', needsValue: false, needsParameter: false },
];

/** A rule as the configuration has it, or why it is none. */
export type MadeRule =
  | { readonly name: string; readonly rule: object; readonly problem?: undefined }
  | { readonly problem: string };

const namePattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const patternPattern = /^[A-Za-z*][A-Za-z0-9_*-]{0,63}$/;

/** @param names that are taken */
export function ruleOf(draft: RuleDraft, names: readonly string[]): MadeRule {
  const name = draft.name.trim();
  const condition = conditions.find(({ is }) => is === draft.is);
  if (!namePattern.test(name)) {
    return { problem: 'Give it a name: a letter, then letters, digits, - and _.' };
  }
  if (names.includes(name)) return { problem: `There is a rule ${name} already.` };
  const instrument = draft.instrument.trim();
  if (!patternPattern.test(instrument)) {
    return { problem: 'Name an instrument; * stands for any letters.' };
  }
  const parameter = draft.parameter.trim();
  const needsParameter = condition?.needsParameter === true;
  if (needsParameter && parameter === '') return { problem: 'Name the parameter that is watched.' };
  const forS = Number(draft.forS);
  if (!(forS >= 0)) return { problem: 'Say for how many seconds, 0 for at once.' };
  const text = draft.value.trim();
  if (condition?.needsValue === true && text === '') return { problem: 'Say with which value.' };
  const isOrder = draft.is === 'above' || draft.is === 'below';
  const number = Number(text);
  if (isOrder && !Number.isFinite(number)) return { problem: `‘${text}’ is no number.` };
  const rule = {
    instruments: [instrument],
    ...(needsParameter ? { parameter } : {}),
    is: draft.is,
    ...(condition?.needsValue === true ? { value: valueOf(text) } : {}),
    ...(forS > 0 ? { forS } : {}),
    severity: draft.severity,
  };
  return { name, rule };
}

/** As it is meant: a number, on or off, or a text. */
function valueOf(text: string): number | boolean | string {
  if (text === 'true' || text === 'on') return true;
  if (text === 'false' || text === 'off') return false;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
