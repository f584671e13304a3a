import type { PortConfig } from '../config/index.ts';
import type { FoundInstrument } from '../doors/index.ts';
import { MemoryTokenSource, WaitGraph } from '../locks/index.ts';
import { buildPort } from './build-port.ts';
import { discoverOn } from './discover.ts';
import type { ScanContext } from './discover.ts';

/**
 * Looks for instruments where no gateway is: opens a port of its own for that time.
 * @throws CANCELLED, and what the link throws
 */
export async function discoverDirectly(
  config: PortConfig,
  context: ScanContext,
): Promise<FoundInstrument[]> {
  const built = buildPort('scan', config, {
    tokens: new MemoryTokenSource(),
    graph: new WaitGraph(),
    simulatorAddress: () => '',
  });
  built.port.open();
  try {
    return await discoverOn(built.port, built, context);
  } finally {
    await built.port.close();
  }
}
