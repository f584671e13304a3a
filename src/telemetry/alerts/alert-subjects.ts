import type { AlertRule } from '../../config/index.ts';
import { didYouMean } from '../../kernel/index.ts';
import { isMeantByAny } from './name-pattern.ts';

/** What alerts of the recorder are of. */
export const recorderSubject = 'recorder';

/** What there is to be watched, as it is at the moment. */
export interface AlertSubjects {
  /** @returns undefined when there is no such instrument */
  instrument(name: string): WatchedInstrument | undefined;
  hasPort(name: string): boolean;
  /** Of all that there are. */
  names(kind: 'instrument' | 'port'): Iterable<string>;
}

export interface WatchedInstrument {
  /** Its family. */
  readonly driver: string;
  /** What 100 % of a parameter is, where that is known. */
  fullScale(parameter: string): number | undefined;
  /** Why it can have no values of a parameter, with the names that may have been meant; undefined when it can. */
  problemOf(parameter: string): string | undefined;
}

/** What alerts are of. */
export type SubjectKind = 'instrument' | 'port' | 'recorder';

/** What a subject is doing, besides its values. */
export interface SubjectState {
  readonly kind: SubjectKind;
  readonly name: string;
  /** Why it cannot be used; undefined when it can. */
  readonly why: string | undefined;
}

/** What a rule looks at: where that changes, nothing that was seen before counts. */
export function identityOf({ is, parameter, from }: AlertRule): string {
  return JSON.stringify([is, parameter, from]);
}

/** What a rule is of. */
export function kindOf({ is }: AlertRule): SubjectKind {
  if (is === 'port-down') return 'port';
  return is === 'recording-stopped' ? 'recorder' : 'instrument';
}

/** Whether a rule is of a subject that there is. */
export function concerns(rule: AlertRule, subject: string, subjects: AlertSubjects): boolean {
  switch (kindOf(rule)) {
    case 'recorder':
      return subject === recorderSubject;
    case 'port':
      return isMeantByAny(rule.ports, subject) && subjects.hasPort(subject);
    case 'instrument': {
      if (!isMeantByAny(rule.instruments, subject)) return false;
      const instrument = subjects.instrument(subject);
      if (instrument === undefined) return false;
      return rule.drivers.length === 0 || rule.drivers.includes(instrument.driver);
    }
  }
}

/**
 * What a rule names and there is not: then it watches nothing, and nobody would be told. A pattern may be of
 * what is yet to come, and names nothing.
 */
export function missingOf(rule: AlertRule, subjects: AlertSubjects): string | undefined {
  const kind = kindOf(rule);
  if (!rule.enabled || kind === 'recorder') return undefined;
  const named = rule[`${kind}s`].filter((name) => !name.includes('*'));
  for (const name of named) {
    const instrument = kind === 'instrument' ? subjects.instrument(name) : undefined;
    const isThere = kind === 'port' ? subjects.hasPort(name) : instrument !== undefined;
    if (!isThere) return `there is no ${kind} '${name}'${didYouMean(name, subjects.names(kind))}`;
    const problem = rule.parameter === '' ? undefined : instrument?.problemOf(rule.parameter);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
