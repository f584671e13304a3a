import type { AdvertisedService, Directory, Door } from '../doors/index.ts';
import type { Identity, Instrument } from '../instruments/index.ts';

/** The offers of the doors, as people are to find them in a network. */
export function advertisedServices(
  { doors, instruments }: Pick<Directory, 'doors' | 'instruments'>,
  gateway: string,
): AdvertisedService[] {
  return doors.flatMap((door) => {
    const { types = [], host = '', tcpPort = 0 } = door.offer?.() ?? {};
    const instrument = instrumentOf(door, instruments);
    const instance = instrument === undefined ? gateway : `${instrument.title} on ${gateway}`;
    const facts = (): Readonly<Record<string, string>> => factsOf(instrument?.identity);
    return types.map((type) => ({ type, instance, host, tcpPort, facts }));
  });
}

function instrumentOf(
  door: Door,
  instruments: ReadonlyMap<string, Instrument>,
): Instrument | undefined {
  const { serves } = door.status();
  return serves?.instrument === undefined ? undefined : instruments.get(serves.instrument);
}

/** With the keys of the LXI Device Specification. What nobody has asked the instrument is left out. */
function factsOf(identity: Identity | undefined): Readonly<Record<string, string>> {
  const { maker, model, serial, firmware } = identity ?? {};
  const all = {
    Manufacturer: maker,
    Model: model,
    SerialNumber: serial,
    FirmwareVersion: firmware,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
