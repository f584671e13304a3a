// So many simulated miners, until it is ended. Says which they are.
import { openMinersSimulator } from '../../src/simulators/index.ts';

const simulator = await openMinersSimulator({
  kind: 'miners',
  bitaxe: Number(process.argv[2] ?? 1_000),
  firstAddress: '127.80.0.1',
});
process.stdout.write(`${JSON.stringify(simulator.miners)}\n`);
