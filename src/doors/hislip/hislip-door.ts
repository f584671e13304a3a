import { DeviceDoor } from '../device-door.ts';
import type { DeviceDoorOptions } from '../device-door.ts';
import type { HislipClient } from './hislip-client.ts';

/** An instrument as VISA's `TCPIP::host::hislip0::INSTR`. IVI-6.1. */
export class HislipDoor extends DeviceDoor<HislipClient> {
  constructor(options: DeviceDoorOptions<HislipClient>) {
    super('hislip', options);
  }
}
