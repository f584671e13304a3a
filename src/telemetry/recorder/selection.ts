/** What is recorded: `nitrogen.fMeasure`, `nitrogen.*`, `*.voltage`, `*.*`. */
export interface Selection {
  /** @default everything */
  readonly record?: readonly string[];
  /** Left out of it. @default nothing */
  readonly exclude?: readonly string[];
}

/** `*` for any characters of a name. */
function matcher(pattern: string): (instrument: string, parameter: string) => boolean {
  const dot = pattern.indexOf('.');
  const [instrument, parameter] =
    dot === -1 ? [pattern, '*'] : [pattern.slice(0, dot), pattern.slice(dot + 1)];
  const one = matchesName(instrument);
  const other = matchesName(parameter);
  return (ofInstrument, ofParameter) => one(ofInstrument) && other(ofParameter);
}

function matchesName(pattern: string): (name: string) => boolean {
  if (pattern === '*') return () => true;
  if (!pattern.includes('*')) return (name) => name === pattern;
  const escaped = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${escaped.join('.*')}$`);
  return (name) => expression.test(name);
}

/** Says of each parameter whether it is recorded; it is worked out once for each. */
export function selectorOf({
  record = ['*.*'],
  exclude = [],
}: Selection): (instrument: string, parameter: string) => boolean {
  const wanted = record.map(matcher);
  const unwanted = exclude.map(matcher);
  const known = new Map<string, Map<string, boolean>>();
  return (instrument, parameter) => {
    let ofInstrument = known.get(instrument);
    if (ofInstrument === undefined) known.set(instrument, (ofInstrument = new Map()));
    let isSelected = ofInstrument.get(parameter);
    if (isSelected === undefined) {
      const fits = (each: (instrument: string, parameter: string) => boolean): boolean =>
        each(instrument, parameter);
      isSelected = wanted.some(fits) && !unwanted.some(fits);
      ofInstrument.set(parameter, isSelected);
    }
    return isSelected;
  };
}
