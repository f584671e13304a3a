import type {
  AlertReport,
  InstrumentReport,
  PortReport,
  StatusReport,
} from '../../../../src/client/index.ts';
import { pathOf } from '../../app/path-of.ts';
import type { Tone } from '../../parts/tone.ts';

/** One thing that is not as it should be. */
export interface Problem {
  readonly what: string;
  readonly why: string;
  readonly tone: Tone;
  /** Where there is more about it. */
  readonly path: string;
}

/** Whether an instrument can be reached, in one word, as far as its port knows. */
export function reach(
  { port, scope }: InstrumentReport,
  ports: readonly PortReport[],
): { readonly tone: Tone; readonly text: string } {
  const report = ports.find(({ name }) => name === port);
  if (report === undefined) return { tone: 'bad', text: 'no port' };
  if (report.state !== 'open') {
    return { tone: report.state === 'absent' ? 'bad' : 'busy', text: `port ${report.state}` };
  }
  const isSilent = scope !== undefined && report.circuits[scope]?.state === 'offline';
  return isSilent ? { tone: 'bad', text: 'silent' } : { tone: 'good', text: 'reachable' };
}

/** All that keeps something from being used now, and alerts that nobody has acknowledged; the worst first. */
export function problemsOf(
  status: Pick<StatusReport, 'ports' | 'instruments' | 'workers' | 'subsystems'>,
  alerts: readonly AlertReport[],
): readonly Problem[] {
  const { ports, instruments, workers, subsystems } = status;
  const ofPorts = ports
    .filter(({ state }) => state !== 'open' && state !== 'released')
    .map(({ name, state, reason }): Problem => {
      const tone = state === 'absent' || state === 'closed' ? 'bad' : 'busy';
      return {
        what: `Port ${name} is ${state}`,
        why: reason ?? '',
        tone,
        path: pathOf('ports', name),
      };
    });
  const ofInstruments = instruments
    .filter((instrument) => reach(instrument, ports).text === 'silent')
    .map(({ name, port }): Problem => ({
      what: `${name} does not answer`,
      why: `port ${port} is open, and asks it now and then`,
      tone: 'bad',
      path: pathOf('ports', port),
    }));
  const ofWorkers = workers
    .filter(({ state }) => state === 'error' || state === 'waiting')
    .map(({ name, state, reason }): Problem => ({
      what: `Worker ${name} is ${state === 'error' ? 'given up' : 'waiting to be started again'}`,
      why: reason ?? '',
      tone: state === 'error' ? 'bad' : 'busy',
      path: '/diagnosis',
    }));
  const ofRest = subsystems
    .filter(({ ready }) => !ready)
    .map(({ name, state, reason }): Problem => ({
      what: `${name} is ${state}`,
      why: reason ?? '',
      tone: 'bad',
      path: '/diagnosis',
    }));
  const ofAlerts = alerts.map(({ title, message, severity }): Problem => ({
    what: title,
    why: message,
    tone: severity === 'critical' ? 'bad' : 'busy',
    path: '/alerts',
  }));
  const all = [...ofAlerts, ...ofPorts, ...ofInstruments, ...ofWorkers, ...ofRest];
  return all.toSorted((one, other) => Number(other.tone === 'bad') - Number(one.tone === 'bad'));
}
