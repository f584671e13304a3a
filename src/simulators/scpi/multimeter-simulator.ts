import type { MultimeterDefinition } from '../definition.ts';
import { FaultPlan } from '../fault-plan.ts';
import { openOutlet } from '../outlets/open-outlet.ts';
import type { Outlet } from '../outlets/outlet.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Simulator } from '../simulator.ts';
import { WireLog } from '../wire-log.ts';
import { MeterSession } from './meter-session.ts';
import type { MeterShared } from './meter-session.ts';
import { Multimeter } from './multimeter.ts';

/** A simulated multimeter on a raw socket or a pseudo-terminal. */
export async function openMultimeterSimulator(
  definition: MultimeterDefinition,
): Promise<Simulator> {
  const { seed = 1, isInterrupted = false, terminator = '\n' } = definition;
  let outlet: Outlet | undefined;
  const shared: MeterShared = {
    meter: new Multimeter(definition),
    faults: new FaultPlan(seededRandom(seed), definition),
    log: new WireLog(),
    isInterrupted,
    terminator,
    unplug: (backAfterMs) => outlet?.unplug(backAfterMs),
  };
  const { faults, log } = shared;
  const opened = await openOutlet(definition, (wire) => new MeterSession(wire, shared));
  outlet = opened;
  return {
    address: opened.address,
    addFault: async (rule) => faults.add(rule),
    clearFaults: async () => faults.clear(),
    silence: async (node, isSilent) => faults.silence(node, isSilent),
    unplug: async (backAfterMs) => opened.unplug(backAfterMs),
    resetLog: async () => log.reset(),
    transactions: async () => log.transactions(),
    report: async () => ({ ...log.report(), winks: {} }),
    [Symbol.asyncDispose]: async () => await opened[Symbol.asyncDispose](),
  };
}
