import type { TraceReport } from '../../../../src/client/index.ts';
import { ownerFacts } from '../../parts/owner-facts.ts';

const columns = [
  'number',
  'time',
  'who',
  'instrument',
  'what',
  'request_hex',
  'request_text',
  'reply_hex',
  'reply_text',
  'wait_ms',
  'service_ms',
  'attempts',
  'outcome',
];

/** Exchanges as a table for spreadsheets (RFC 4180). */
export function csvOf(exchanges: readonly TraceReport[]): string {
  const rows = exchanges.map((each) => [
    each.sequence,
    new Date(each.atMs).toISOString(),
    each.owners.map((owner) => `${owner.program} ${ownerFacts(owner)}`).join('; '),
    each.scope ?? '',
    each.label,
    each.request.hex,
    each.request.text,
    each.reply.hex,
    each.reply.text,
    each.waitMs,
    each.serviceMs,
    each.attempts,
    each.outcome,
  ]);
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/**
 * A text that a spreadsheet would take for a formula is told that it is none: what an instrument
 * answers must not run.
 */
function field(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
