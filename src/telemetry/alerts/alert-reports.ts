import type { AlertRule } from '../../config/index.ts';
import type { AlertRecord, Notice, Silence } from './alert-record.ts';

/** What alerts publish. */
export interface AlertEvents {
  /** Also when people are not told, for a silence: it is on pages all the same. */
  raised: AlertRecord;
  cleared: AlertRecord;
  acknowledged: AlertRecord;
  silenced: { readonly silence: Silence; readonly isOver: boolean };
  /** A rule watches a subject from now on, or does no more. */
  watched: { readonly alert: string; readonly subject: string; readonly isOver: boolean };
  /** What is to be sent by the ways of telling. It is durable, unless the disk takes nothing. */
  notices: readonly Notice[];
  /** Alerts cannot be written down. They are told all the same. */
  storeFailed: unknown;
}

/** A subject of a rule, with the alert that people were told of. */
export interface WatchedSubject {
  readonly alert: string;
  readonly title: string;
  readonly subject: string;
  readonly isOccurrence: boolean;
  readonly open: AlertRecord | undefined;
}

/** A rule, and how it stands. */
export interface RuleStatus {
  readonly rule: AlertRule;
  /** So many subjects can be judged. */
  readonly watched: number;
  /** For so many it holds, but not for long enough yet. */
  readonly rising: number;
  readonly open: readonly AlertRecord[];
  /** Why no subject can be judged, of the first; or what the rule names and there is not. */
  readonly problem?: string;
  /** Until when nobody is told of any subject of it, ms since 1970. */
  readonly silencedUntilMs?: number;
}
