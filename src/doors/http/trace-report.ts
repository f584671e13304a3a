import type { TraceEntry } from '../../ports/index.ts';
import { hexOf, printableOf } from './json-value.ts';

/** An exchange of a port as it travels: its bytes as hex digits, and as people read them. */
export function traceReport(entry: TraceEntry): object {
  const bytes = (data: Uint8Array): object => ({ hex: hexOf(data), text: printableOf(data) });
  return { ...entry, request: bytes(entry.request), reply: bytes(entry.reply) };
}
