import { DeviceDoor } from '../device-door.ts';
import type { DeviceDoorOptions } from '../device-door.ts';
import type { Vxi11Link } from './vxi11-link.ts';

/** An instrument as VISA's `TCPIP::host::inst0::INSTR`. VXI-11. */
export class Vxi11Door extends DeviceDoor<Vxi11Link> {
  constructor(options: DeviceDoorOptions<Vxi11Link>) {
    super('vxi11', options);
  }
}
