import type { TraceReport } from '../../../../src/client/index.ts';
import { ownerFacts } from '../../parts/owner-facts.ts';

/** Which exchanges are shown. */
export interface TrafficFilter {
  /** In any of who asked, what for, what was sent and received, and what came of it. */
  readonly text: string;
  readonly isFailuresOnly: boolean;
}

/** Whether an exchange is to be shown. */
export function passes(
  { label, scope = '', owners, request, reply, outcome, sequence }: TraceReport,
  { text, isFailuresOnly }: TrafficFilter,
): boolean {
  if (isFailuresOnly && outcome === 'ok') return false;
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  const who = owners.map((owner) => `${owner.program} ${ownerFacts(owner)}`).join(' ');
  const words = [label, scope, who, request.text, reply.text, outcome, `#${sequence}`];
  if (words.some((each) => each.toLowerCase().includes(wanted))) return true;
  // Hex is found however its bytes are set apart.
  const bytes = wanted.replaceAll(/[\s:]/g, '');
  return (
    /^(?:[0-9a-f]{2})+$/.test(bytes) &&
    [request.hex, reply.hex].some((hex) => hex.replaceAll(' ', '').toLowerCase().includes(bytes))
  );
}
