import type { ErrorReport } from '../kernel/index.ts';

/** How grave something is. */
export type AlertSeverityReport = 'info' | 'warning' | 'critical';

/** One alert: a rule that came true of a subject. */
export interface AlertReport {
  /** Grows from alert to alert. */
  readonly id: number;
  /** Name of the rule. */
  readonly alert: string;
  /** The instrument, the port, or `recorder`. */
  readonly subject: string;
  readonly parameter?: string;
  /** Something that happened, rather than is so. */
  readonly isOccurrence: boolean;
  readonly severity: AlertSeverityReport;
  readonly title: string;
  readonly message: string;
  readonly value?: number | string | boolean;
  readonly unit?: string;
  readonly raisedMs: number;
  readonly clearedMs?: number;
  /** Present once it is over. */
  readonly end?: 'cleared' | 'acknowledged' | 'expired' | 'followed' | 'removed' | 'rule-changed';
  readonly acknowledged?: { readonly by: string; readonly atMs: number; readonly why?: string };
  /** False of what was raised in a silence that is not over. */
  readonly isTold: boolean;
  readonly reminders: number;
  readonly toldMs?: number;
  /** How many occurrences it stands for. */
  readonly count: number;
  readonly isFlapping: boolean;
}

/** A rule, and how it stands. */
export interface AlertRuleReport {
  readonly name: string;
  readonly title: string;
  readonly severity: AlertSeverityReport;
  readonly enabled: boolean;
  readonly isBuiltIn: boolean;
  readonly preset?: string;
  readonly is: string;
  readonly parameter?: string;
  readonly instruments: readonly string[];
  readonly drivers: readonly string[];
  readonly ports: readonly string[];
  /** What it looks for. */
  readonly words: string;
  readonly state: 'off' | 'faulty' | 'quiet' | 'rising' | 'raised' | 'acknowledged';
  readonly problem?: string;
  readonly watched: number;
  readonly rising: number;
  readonly raised: readonly AlertReport[];
  readonly silencedUntilMs?: number;
}

/** An agreement not to be told. */
export interface SilenceReport {
  readonly id: number;
  readonly alert: string;
  readonly subject?: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly by: string;
  readonly why?: string;
}

/** A way by which people are told, and how it stands. */
export interface WayReport {
  readonly name: string;
  readonly kind: 'webhook' | 'mqtt' | 'email';
  /** Without what is secret. */
  readonly address: string;
  readonly state: 'idle' | 'sending' | 'failing';
  readonly waiting: number;
  readonly sent: number;
  readonly dropped: number;
  readonly givenUp: number;
  readonly lastSentMs?: number;
  readonly failingSinceMs?: number;
  readonly error?: ErrorReport;
}

/** What came of a trial of a way. */
export interface WayTestReport {
  readonly way: string;
  readonly passed: boolean;
  readonly error?: ErrorReport;
}

/** Rules, silences, ways, and what was raised lately, the newest first. */
export interface AlertsReport {
  readonly alerts: readonly AlertRuleReport[];
  readonly silences: readonly SilenceReport[];
  readonly history: readonly AlertReport[];
  readonly ways: readonly WayReport[];
}
