const perGigahash: Readonly<Record<string, number>> = {
  h: 1e-9,
  kh: 1e-6,
  mh: 1e-3,
  gh: 1,
  th: 1e3,
  ph: 1e6,
};

/** The first number of a text: `65.2 °C`. A comma between thousands is left out. */
export function firstNumber(text: string | undefined): number | undefined {
  const match = /-?\d+(?:,\d{3})*(?:\.\d+)?/.exec(text ?? '');
  return match === null ? undefined : Number(match[0].replaceAll(',', ''));
}

/** A hash rate in GH/s; one without a unit is in GH/s. */
export function gigahashesOf(text: string | undefined): number | undefined {
  const number = firstNumber(text);
  if (number === undefined) return undefined;
  const unit = /([kmgtp]?h)\s*\/?\s*s/i.exec(text ?? '')?.[1]?.toLowerCase() ?? 'gh';
  return Number((number * (perGigahash[unit] ?? 1)).toPrecision(12));
}

/** A temperature in °C; `°F` is turned into it. */
export function celsiusOf(text: string | undefined): number | undefined {
  const number = firstNumber(text);
  if (number === undefined) return undefined;
  return /°?\s*F\b/.test(text ?? '') ? Number((((number - 32) * 5) / 9).toFixed(2)) : number;
}

/** A fan in percent or rotations, whichever it says: `3200 RPM`, `60 %`. */
export function fanOf(text: string | undefined): { percent?: number; rotation?: number } {
  if (text === undefined) return {};
  const percent = /(\d+(?:\.\d+)?)\s*%/.exec(text)?.[1];
  const rotation = /(\d+(?:,\d{3})*)\s*rpm/i.exec(text)?.[1];
  return {
    ...(percent === undefined ? {} : { percent: Number(percent) }),
    ...(rotation === undefined ? {} : { rotation: Number(rotation.replaceAll(',', '')) }),
  };
}

/** Shares taken and refused: `123/4`, `Accepted: 123 Rejected: 4`, or those taken alone. */
export function sharesOf(text: string | undefined): { accepted?: number; rejected?: number } {
  const numbers = (text ?? '').match(/\d+(?:,\d{3})*/g)?.map((each) => each.replaceAll(',', ''));
  const [first, second] = numbers ?? [];
  if (first === undefined) return {};
  return {
    accepted: Number(first),
    ...(second === undefined ? {} : { rejected: Number(second) }),
  };
}

const seconds: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** A time in seconds: `1d 02:03:04`, `3h 12m`, `2 days, 3 hours`, `86400`. */
export function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const clock = /(\d+):(\d{2})(?::(\d{2}))?/.exec(text);
  let total = 0;
  let isFound = false;
  if (clock !== null) {
    isFound = true;
    total += Number(clock[1]) * 3_600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
  }
  const words = clock === null ? text : text.replace(clock[0], '');
  for (const [, number, unit] of words.matchAll(/(\d+)\s*([dhms])/gi)) {
    isFound = true;
    total += Number(number) * (seconds[(unit ?? '').toLowerCase()] ?? 0);
  }
  return isFound ? total : firstNumber(text);
}
