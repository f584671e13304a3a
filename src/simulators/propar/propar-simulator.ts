import type { ProparBusDefinition } from '../definition.ts';
import { openOutlet } from '../outlets/open-outlet.ts';
import type { Outlet } from '../outlets/outlet.ts';
import type { Simulator } from '../simulator.ts';
import { ProparBusSimulator } from './bus-simulator.ts';

/** A simulated ProPar bus on a pseudo-terminal or a socket. */
export async function openProparSimulator(definition: ProparBusDefinition): Promise<Simulator> {
  let outlet: Outlet | undefined;
  const bus = new ProparBusSimulator({
    ...definition,
    unplug: (backAfterMs) => outlet?.unplug(backAfterMs),
  });
  const opened = await openOutlet(definition, (wire) => bus.serve(wire));
  outlet = opened;
  return {
    address: opened.address,
    addFault: async (rule) => bus.faults.add(rule),
    clearFaults: async () => bus.faults.clear(),
    silence: async (node, isSilent) => bus.faults.silence(node, isSilent),
    unplug: async (backAfterMs) => opened.unplug(backAfterMs),
    resetLog: async () => bus.log.reset(),
    transactions: async () => bus.log.transactions(),
    report: async () => ({
      ...bus.log.report(),
      winks: Object.fromEntries(bus.nodes.map(({ address, winks }) => [address, winks] as const)),
    }),
    [Symbol.asyncDispose]: async () => await opened[Symbol.asyncDispose](),
  };
}
