// Does at a door what its arguments say, says so, and waits to be killed.
import { begin } from '../dying-client.ts';
import type { Deed, DoorKind } from '../dying-client.ts';

const [door = '', host = '', tcpPort = '', deed = ''] = process.argv.slice(2);
await begin({ door: door as DoorKind, host, tcpPort: Number(tcpPort) }, deed as Deed);
process.stdout.write('begun\n');
// Whose test has failed is not killed: it ends with it.
process.stdin.resume().on('end', () => process.exit());
