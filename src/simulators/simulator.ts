import type { SimulatorDefinition } from './definition.ts';
import type { FaultRule } from './faults.ts';
import type { LoggedTransaction, SimulatorReport } from './wire-log.ts';

/** A simulator that runs, in this thread or in one of its own. */
export interface Simulator extends AsyncDisposable {
  /** How a client reaches it: a device path, or `host:port`. */
  readonly address: string;
  /** @throws BAD_ARGUMENT for a rule that makes no sense */
  addFault(rule: FaultRule): Promise<void>;
  /** Takes all fault rules away. Silent nodes stay silent. */
  clearFaults(): Promise<void>;
  /** Makes one node of a bus answer nothing, or again. 0 for an instrument without nodes. */
  silence(node: number, isSilent: boolean): Promise<void>;
  /** Pulls the cable, and puts it back after a while. Infinity leaves it out. */
  unplug(backAfterMs: number): Promise<void>;
  report(): Promise<SimulatorReport>;
  /** The newest transactions, oldest first. */
  transactions(): Promise<readonly LoggedTransaction[]>;
  /** Forgets what was logged. */
  resetLog(): Promise<void>;
}

/**
 * Starts a simulator in this thread. One that is paced by a baud rate holds the thread up for a
 * millisecond at a time; `startSimulator` gives it a thread of its own.
 * @throws BAD_ARGUMENT for a definition that makes no sense or a path in use; LINK_COMMUNICATION for a
 *   port in use
 */
export async function openSimulator(definition: SimulatorDefinition): Promise<Simulator> {
  switch (definition.kind) {
    case 'propar': {
      const { openProparSimulator } = await import('./propar/propar-simulator.ts');
      return await openProparSimulator(definition);
    }
    case 'multimeter': {
      const { openMultimeterSimulator } = await import('./scpi/multimeter-simulator.ts');
      return await openMultimeterSimulator(definition);
    }
    case 'red-pitaya': {
      const { openRedPitayaSimulator } = await import('./red-pitaya/red-pitaya-simulator.ts');
      return await openRedPitayaSimulator(definition);
    }
    case 'spotify': {
      const { openSpotifySimulator } = await import('./spotify/spotify-simulator.ts');
      return await openSpotifySimulator(definition);
    }
    case 'miners': {
      const { openMinersSimulator } = await import('./miners/miners-simulator.ts');
      return await openMinersSimulator(definition);
    }
  }
}
