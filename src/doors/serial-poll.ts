import { hasCode } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import type { DeviceControl, Instrument } from '../instruments/index.ts';
import type { TransactOptions } from '../ports/index.ts';

/**
 * The status byte of an instrument, whoever has its lock: a poll changes nothing, and a holder waits for
 * its service request like anybody. IEEE 488.1, 2.5.
 * @throws what the port throws
 */
export async function serialPoll(
  { port }: Instrument,
  control: DeviceControl,
  by: Owner,
  options: Omit<TransactOptions, 'lease'>,
): Promise<number> {
  const poll = control.readStatusByte();
  for (;;) {
    const [lease] = port.leases();
    try {
      return await port.transact(poll, by, lease === undefined ? options : { ...options, lease });
    } catch (error) {
      // It has ended meanwhile, and there may be another.
      if (lease === undefined || !hasCode(error, 'LEASE_LOST')) throw error;
    }
  }
}
