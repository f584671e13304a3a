import { systemClock } from '../../kernel/index.ts';
import type { RedPitayaDefinition } from '../definition.ts';
import { FaultPlan } from '../fault-plan.ts';
import { openOutlet } from '../outlets/open-outlet.ts';
import type { Outlet } from '../outlets/outlet.ts';
import { MeterSession } from '../scpi/meter-session.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Simulator } from '../simulator.ts';
import { WireLog } from '../wire-log.ts';
import { Board } from './board.ts';
import { BoardContext } from './board-context.ts';

const defaultIdentity = 'REDPITAYA,INSTR2026,0,SIM';

/**
 * The simulated SCPI server of a Red Pitaya. As with the real one, each connection has errors of its
 * own, and all of them the same hardware.
 */
export async function openRedPitayaSimulator(definition: RedPitayaDefinition): Promise<Simulator> {
  const { seed = 1, identity = defaultIdentity } = definition;
  const board = new Board(systemClock, seededRandom(seed));
  const faults = new FaultPlan(seededRandom(seed + 1), definition);
  const log = new WireLog();
  let outlet: Outlet | undefined;
  const opened = await openOutlet(
    definition,
    (wire) =>
      new MeterSession(wire, {
        meter: new BoardContext(board, identity),
        faults,
        log,
        isInterrupted: false,
        terminator: '\r\n',
        unplug: (backAfterMs) => outlet?.unplug(backAfterMs),
      }),
  );
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
