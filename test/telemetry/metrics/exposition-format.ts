/** One line with a value. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with its lines. */
export interface ParsedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly ParsedSample[];
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const types = ['counter', 'gauge', 'histogram'];

/**
 * Reads the text format of Prometheus, 0.0.4, and takes nothing that it does not allow: the order of
 * comments and lines, names, escapes, numbers, each series once, buckets that only grow.
 * Source: prometheus.io/docs/instrumenting/exposition_formats.
 */
export function parseExposition(text: string): Map<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, ParsedFamily & { readonly samples: ParsedSample[] }>();
  const seen = new Set<string>();
  let help: { name: string; text: string } | undefined;
  let current: (ParsedFamily & { readonly samples: ParsedSample[] }) | undefined;
  for (const line of text.split('\n').slice(0, -1)) {
    if (line === '') continue;
    const helps = /^# HELP (\S+) (.+)$/.exec(line);
    const typed = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (helps !== null) {
      const [, name = '', words = ''] = helps;
      if (help !== undefined) throw new Error(`${help.name} has a help and no type`);
      help = { name, text: words };
    } else if (typed !== null) {
      const [, name = '', type = ''] = typed;
      if (help?.name !== name)
        throw new Error(`the help of ${name} does not stand before its type`);
      if (!metricName.test(name)) throw new Error(`${name} is no name`);
      if (!types.includes(type)) throw new Error(`${name} is a ${type}`);
      if (families.has(name)) throw new Error(`${name} comes two times`);
      current = { name, help: help.text, type: type as ParsedFamily['type'], samples: [] };
      families.set(name, current);
      help = undefined;
    } else {
      if (line.startsWith('#')) throw new Error(`a comment that is neither help nor type: ${line}`);
      if (current === undefined || help !== undefined) throw new Error(`out of place: ${line}`);
      const sample = parseSample(line);
      if (!belongs(sample.name, current)) throw new Error(`${line} is not of ${current.name}`);
      const series = JSON.stringify([sample.name, Object.entries(sample.labels).toSorted(byName)]);
      if (seen.has(series)) throw new Error(`two times: ${line}`);
      seen.add(series);
      current.samples.push(sample);
    }
  }
  if (help !== undefined) throw new Error(`${help.name} has a help and no type`);
  for (const family of families.values()) checkValues(family);
  return families;
}

/** What the conventions ask for. Source: prometheus.io/docs/practices/naming, and the lint of promtool. */
export function conventionsBroken(families: Iterable<ParsedFamily>): string[] {
  const broken: string[] = [];
  for (const { name, help, type } of families) {
    const has = (pattern: RegExp): boolean => pattern.test(name);
    if (!/^(?:signalbox|process|nodejs)_/.test(name)) broken.push(`${name} has no prefix`);
    if (!/^[A-Z].*\.$/.test(help)) broken.push(`the help of ${name} is no sentence: ${help}`);
    if (type === 'counter' && !has(/_total$/)) broken.push(`the counter ${name} has no _total`);
    if (type !== 'counter' && has(/_total$/)) broken.push(`${name} is no counter`);
    if (has(/_(?:count|sum|bucket)$/)) broken.push(`${name} ends as a histogram's lines do`);
    if (has(/(?:^|_)(?:ms|millis|milliseconds|minutes|kib|mib|kb|mb|percent)(?:_|$)/)) {
      broken.push(`${name} is in no base unit`);
    }
    if (has(/(?:^|_)(?:gauge|counter|histogram)(?:_|$)/)) broken.push(`${name} names its type`);
    if (/[A-Z]/.test(name)) broken.push(`${name} is not in lower case`);
  }
  return broken;
}

function parseSample(line: string): ParsedSample {
  const opening = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{)?/.exec(line);
  if (opening === null) throw new Error(`no line of a metric: ${line}`);
  const [begun, name = '', brace] = opening;
  const labels: Record<string, string> = {};
  let rest = line.slice(begun.length);
  let isOpen = brace !== undefined;
  while (isOpen) {
    const label = /^([^=,{}"]+)="((?:[^"\\\n]|\\["\\n])*)"(,|\})/.exec(rest);
    if (label === null) throw new Error(`labels do not end well: ${line}`);
    const [whole, key = '', value = '', end] = label;
    if (!labelName.test(key) || key.startsWith('__'))
      throw new Error(`${key} is no label: ${line}`);
    if (key in labels) throw new Error(`${key} comes two times: ${line}`);
    labels[key] = value.replaceAll(/\\(.)/g, (_all, each: string) => (each === 'n' ? '\n' : each));
    rest = rest.slice(whole.length);
    isOpen = end !== '}';
  }
  const number = /^ (\+Inf|-Inf|Nan|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(rest)?.[1];
  if (number === undefined) throw new Error(`no number: ${line}`);
  return { name, labels, value: Number(number.replace('Inf', 'Infinity').replace('Nan', 'NaN')) };
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
}

function belongs(name: string, { name: family, type }: ParsedFamily): boolean {
  if (type !== 'histogram') return name === family;
  return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name);
}

function checkValues({ name, type, samples }: ParsedFamily): void {
  for (const { value, labels } of samples) {
    if (Number.isNaN(value)) throw new Error(`${name} is no number`);
    if (type !== 'gauge' && value < 0) throw new Error(`${name} is below 0`);
    if (type !== 'histogram' && 'le' in labels) throw new Error(`${name} has a bound`);
  }
  if (type !== 'histogram') return;
  const series = new Map<string, ParsedSample[]>();
  for (const sample of samples) {
    const { le: _bound, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, lines] of series) {
    const where = `${name} ${key}`;
    const buckets = lines.filter((each) => each.name.endsWith('_bucket'));
    const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('+Inf', 'Infinity')));
    const counts = buckets.map(({ value }) => value);
    const grows = (numbers: readonly number[]): boolean =>
      numbers.every((each, place) => place === 0 || each >= (numbers[place - 1] ?? 0));
    if (bounds.at(-1) !== Infinity) throw new Error(`${where} has no bucket for all`);
    if (!grows(bounds) || new Set(bounds).size < bounds.length)
      throw new Error(`bounds of ${where}`);
    if (!grows(counts)) throw new Error(`buckets of ${where} shrink`);
    const count = lines.find((each) => each.name.endsWith('_count'))?.value;
    if (count !== counts.at(-1)) throw new Error(`${where} counts two numbers`);
    if (!lines.some((each) => each.name.endsWith('_sum'))) throw new Error(`${where} has no sum`);
  }
}
