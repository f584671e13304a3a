import type { Config } from '../config/index.ts';
import { Advertiser } from '../doors/index.ts';
import type { Directory } from '../doors/index.ts';
import { broadcastInterfaces } from '../links/index.ts';
import { advertisedServices } from './advertised-services.ts';
import type { RoomLog } from './room-log.ts';

/** Tells the network of the doors that it can reach, where the configuration does not forbid it. Never throws. */
export async function advertise(
  { discovery, gateway }: Config,
  directory: Directory,
  log: RoomLog,
): Promise<Advertiser | undefined> {
  if (!discovery.advertise) return undefined;
  const advertiser = new Advertiser({
    services: advertisedServices(directory, gateway.name),
    interfaces: broadcastInterfaces,
    failed: ({ name, address }, error) =>
      log
        .of('doors')
        .warn({ address }, `nothing is advertised by multicast DNS at ${name}: ${String(error)}`),
  });
  await advertiser.open();
  return advertiser;
}
