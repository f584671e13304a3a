import type { AlertSeverity, NotifyEvent } from '../../config/index.ts';

/** A value as it is written down with an alert. */
export type AlertValue = number | string | boolean;

/**
 * How an alert came to its end: the condition is over; somebody acknowledged what happened, nobody did
 * for long, or it happened again; what it was of is gone; the rule is gone or another one.
 */
export type AlertEnd =
  | 'cleared'
  | 'acknowledged'
  | 'expired'
  | 'followed'
  | 'removed'
  | 'rule-changed';

/** Who acknowledged an alert, and why. */
export interface Acknowledgement {
  readonly by: string;
  readonly atMs: number;
  readonly why?: string;
}

/** One alert: a rule that came true of a subject once. Plain data; a change makes a new one. */
export interface AlertRecord {
  /** Grows from alert to alert. */
  readonly id: number;
  /** Name of the rule. */
  readonly alert: string;
  /** What it is of: an instrument, a port, `recorder`. */
  readonly subject: string;
  readonly parameter?: string;
  /** Something that happened, rather than is so. */
  readonly isOccurrence: boolean;
  readonly severity: AlertSeverity;
  readonly title: string;
  /** What is wrong, in one line. */
  readonly message: string;
  readonly value?: AlertValue;
  readonly unit?: string;
  readonly raisedMs: number;
  readonly clearedMs?: number;
  /** Present once it is over. */
  readonly end?: AlertEnd;
  readonly acknowledged?: Acknowledgement;
  /** Whether people were told of it: not of what was raised in a silence that is not over. */
  readonly isTold: boolean;
  /** How often they were reminded. */
  readonly reminders: number;
  /** When they were told or reminded last, ms since 1970. */
  readonly toldMs?: number;
  /** How many occurrences it stands for: those that came too often for alerts of their own are counted. */
  readonly count: number;
  /** It comes and goes so often that it clears only after a longer time. */
  readonly isFlapping: boolean;
}

/** An agreement not to be told. */
export interface Silence {
  readonly id: number;
  /** Names of rules, with `*` for any letters. */
  readonly alert: string;
  /** Names of subjects; all unless given. */
  readonly subject?: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly by: string;
  readonly why?: string;
}

/** What people are told of an alert. */
export type NoticeEvent = NotifyEvent;

/** One message for one way of telling. */
export interface Notice {
  /** Of the way. */
  readonly way: string;
  /** The same however often it is sent, and no other notice's: so that a receiver can drop what it has. */
  readonly key: string;
  readonly event: NoticeEvent;
  readonly atMs: number;
  readonly alert: AlertRecord;
}

/** The last value that was seen of what is told when it changes. */
export interface Baseline {
  readonly alert: string;
  readonly subject: string;
  readonly value: AlertValue;
}
