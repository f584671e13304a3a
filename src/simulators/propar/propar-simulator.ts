import type { SimulatorDefinition } from '../definition.ts';
import type { Simulator } from '../simulator.ts';
import { BusOnPty } from './bus-on-pty.ts';
import { ProparBusSimulator } from './bus-simulator.ts';

/** A simulated ProPar bus on a pseudo-terminal. */
export async function openProparSimulator(
  definition: Extract<SimulatorDefinition, { kind: 'propar' }>,
): Promise<Simulator> {
  const bus = new ProparBusSimulator(definition);
  const line = await BusOnPty.open(bus, definition.path);
  return {
    address: line.path,
    addFault: async (rule) => bus.faults.add(rule),
    clearFaults: async () => bus.faults.clear(),
    silence: async (node, isSilent) => bus.silence(node, isSilent),
    unplug: async (backAfterMs) => line.unplug(backAfterMs),
    resetLog: async () => bus.log.reset(),
    report: async () => ({
      transactions: bus.log.count,
      busyShare: bus.log.busyShare,
      writes: bus.log.writes(),
      winks: Object.fromEntries(
        bus.nodes.values().map(({ address, winks }) => [address, winks] as const),
      ),
    }),
    [Symbol.asyncDispose]: async () => await line[Symbol.asyncDispose](),
  };
}
