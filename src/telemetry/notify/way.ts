import type { Notice } from '../alerts/alert-record.ts';

/** A message, as ways send it: of an alert, or a trial. */
export interface WayMessage extends Omit<Notice, 'event' | 'way'> {
  readonly event: Notice['event'] | 'test';
  /** Name of the gateway. */
  readonly gateway: string;
}

/** One way by which people are told. */
export interface Way extends AsyncDisposable {
  readonly kind: 'webhook' | 'mqtt' | 'email';
  /** Where it leads, without what is secret. */
  readonly address: string;
  /**
   * Resolves when the receiver has it. The same message may be sent again, after an answer that was lost.
   * @throws NOTICE_FAILED when it may be tried again: with `isAnswered` in the details where the receiver
   *   answered, and `retryAfterMs` where it said when; NOTICE_REFUSED when it is of no use to
   */
  send(message: WayMessage, signal: AbortSignal): Promise<void>;
  /** Sees to it that the receiver shows how alerts are, where it does. */
  show?(): void;
}

/** What people read of a message, in one line. */
export function subjectLine({ event, alert, gateway }: WayMessage): string {
  const { title, subject, severity } = alert;
  const what = {
    raised: severity,
    reminded: `still ${severity}`,
    cleared: 'over',
    acknowledged: 'acknowledged',
    test: 'test',
  }[event];
  return plain(`[${what}] ${title}: ${subject} (${gateway})`);
}

/** The same in a few lines. */
export function textOf(message: WayMessage): string {
  const { event, alert, atMs, gateway } = message;
  const { acknowledged, raisedMs, clearedMs, count } = alert;
  const lines = [
    subjectLine(message),
    '',
    plain(alert.message),
    `Raised: ${timeOf(raisedMs)}`,
    ...(clearedMs === undefined ? [] : [`Over: ${timeOf(clearedMs)} (${alert.end})`]),
    ...(acknowledged === undefined
      ? []
      : [plain(`Acknowledged by ${acknowledged.by}: ${acknowledged.why ?? 'no reason given'}`)]),
    ...(count > 1 ? [`It happened ${count} times.`] : []),
    ...(event === 'reminded' ? [`This is reminder ${alert.reminders}.`] : []),
    '',
    `Alert ${alert.alert} of gateway ${gateway}, ${timeOf(atMs)}`,
  ];
  return lines.join('\n');
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Without what could end a line or a header. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
