import { systemClock } from '../kernel/index.ts';
import type { Clock, Owner } from '../kernel/index.ts';
import type { DeviceControl, Instrument } from '../instruments/index.ts';
import type { MessageProtocol } from '../sessions/index.ts';
import { ServiceRequests } from './service-requests.ts';

/** An instrument that takes messages, as one of the devices of a VISA server. */
export interface MessageDevice {
  /** Which of them: 0 for `hislip0` and `inst0`. */
  readonly index: number;
  readonly instrument: Instrument;
  /** How messages of programs become transactions. */
  readonly protocol: MessageProtocol;
  /** What its link can do besides carrying messages. Absent on serial lines and raw sockets. */
  readonly control: DeviceControl | undefined;
  readonly serviceRequests: ServiceRequests;
}

export interface MessageDeviceOptions extends Omit<MessageDevice, 'serviceRequests'> {
  /** @default systemClock */
  readonly clock?: Clock;
  /** Told of what failed, for the log. */
  readonly failed?: (owner: Owner, label: string, error: unknown) => void;
}

/** An instrument as the doors of VISA programs share it. */
export function messageDevice({
  clock = systemClock,
  failed = () => {},
  ...device
}: MessageDeviceOptions): MessageDevice {
  const { instrument, control } = device;
  const serviceRequests = new ServiceRequests({ instrument, control, clock, failed });
  return { ...device, serviceRequests };
}
