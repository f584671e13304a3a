import type { FaultRule } from './faults.ts';
import type { SimulatorDefinition } from './definition.ts';
import type { AppliedWrite } from './wire-log.ts';

/** What a simulator has seen on its wire. */
export interface SimulatorReport {
  readonly transactions: number;
  /** The share of the time since the log began in which a transaction was on the wire. */
  readonly busyShare: number;
  /** The writes that took effect, oldest first. */
  readonly writes: readonly AppliedWrite[];
  readonly winks: Readonly<Record<number, number>>;
}

/** A simulator that runs, in this thread or in one of its own. */
export interface Simulator extends AsyncDisposable {
  /** How a client reaches it: a device path, or `host:port`. */
  readonly address: string;
  addFault(rule: FaultRule): Promise<void>;
  clearFaults(): Promise<void>;
  /** Makes one node of a bus answer nothing, or again. */
  silence(node: number, isSilent: boolean): Promise<void>;
  /** Pulls the cable, and puts it back after a while. */
  unplug(backAfterMs: number): Promise<void>;
  report(): Promise<SimulatorReport>;
  resetLog(): Promise<void>;
}

/** Starts a simulator in this thread. */
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
  }
}
