import { join } from 'node:path';
import type { SimulatorConfig } from '../config/index.ts';
import type { NodeDefinition, SimulatorDefinition } from '../simulators/index.ts';

/** What the configuration says of a simulator, as the simulator takes it. */
export function simulatorDefinition(
  name: string,
  config: SimulatorConfig,
  folder: string,
): SimulatorDefinition {
  switch (config.kind) {
    case 'propar':
      return {
        kind: 'propar',
        path: config.path ?? join(folder, `simulator-${name}`),
        nodes: config.nodes.map(
          (node) =>
            Object.fromEntries(
              Object.entries(node).filter(([, value]) => value !== undefined),
            ) as unknown as NodeDefinition,
        ),
        baudRate: config.baudRate,
        answerTimeMs: config.answerTimeMs,
      };
    case 'multimeter':
      return { kind: 'multimeter', tcpPort: config.tcpPort, terminator: config.terminator };
  }
}
