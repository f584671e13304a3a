import type { InstrumentReport, LeaseReport, PortReport } from '../../../../src/client/index.ts';
import { portTone } from '../../parts/tone.ts';
import type { Tone } from '../../parts/tone.ts';
import type { ValuesRecord } from '../../values/values-record.ts';

/** How an instrument stands, in one word, and why. */
export interface InstrumentState {
  readonly tone: Tone;
  readonly text: string;
  readonly why?: string;
}

/**
 * By its port first: what cannot be reached has no values. Then by whether it answers, and by how good
 * its values are.
 */
export function instrumentState(
  { scope }: Pick<InstrumentReport, 'scope'>,
  port: PortReport | undefined,
  record: ValuesRecord | undefined,
): InstrumentState {
  if (port === undefined) return { tone: 'idle', text: 'no port' };
  if (port.state !== 'open') {
    const why = port.reason;
    const stands = { tone: portTone(port.state), text: `port ${port.state}` };
    return why === undefined ? stands : { ...stands, why };
  }
  const circuit = scope === undefined ? undefined : port.circuits[scope];
  if (circuit?.state === 'offline') {
    return {
      tone: 'bad',
      text: 'offline',
      why: `it left ${circuit.unanswered} requests unanswered, and is asked now and then`,
    };
  }
  const values = Object.values(record?.values ?? {});
  const bad = values.find(({ quality }) => quality === 'bad');
  if (bad !== undefined) {
    const all = values.every(({ quality }) => quality === 'bad');
    const stands = { tone: 'bad', text: all ? 'not answering' : 'partly bad' } as const;
    return bad.why === undefined ? stands : { ...stands, why: bad.why.message };
  }
  const stale = values.find(({ quality }) => quality === 'stale');
  if (stale !== undefined) {
    const stands = { tone: 'busy', text: 'stale' } as const;
    return stale.why === undefined ? stands : { ...stands, why: stale.why.message };
  }
  return { tone: 'good', text: 'ready' };
}

/** Who holds an instrument: by a lease of its own, or of its whole port. */
export function leasesOn(
  { scope }: Pick<InstrumentReport, 'scope'>,
  port: PortReport | undefined,
): readonly LeaseReport[] {
  return (port?.leases ?? []).filter(
    (lease) => lease.scope === undefined || scope === undefined || lease.scope === scope,
  );
}

/** Names of the values that tell most of an instrument, numbers first. */
export function keyValues(record: ValuesRecord | undefined, most: number): string[] {
  const names = Object.entries(record?.values ?? {});
  const numbers = names.filter(([, { value }]) => typeof value === 'number');
  const others = names.filter(([, { value }]) => typeof value !== 'number');
  return [...numbers, ...others].slice(0, most).map(([name]) => name);
}
