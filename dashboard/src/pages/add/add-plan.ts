import type { DiscoveredReport, FoundReport, SettingChange } from '../../../../src/client/index.ts';

type Table = Readonly<Record<string, unknown>>;

/** Something that was found, with what the configuration would need for it. */
export interface Candidate {
  /** Of this search. */
  readonly id: string;
  /** Where it is, as people name it. */
  readonly place: string;
  readonly found: FoundReport;
  /** Its name, where it has one already. */
  readonly known?: string;
  /** Absent for what is known. */
  readonly offer?: Offer;
}

/** What would be added for one instrument. */
export interface Offer {
  readonly name: string;
  readonly instrument: Table;
  /** Absent where its port is there already. */
  readonly port?: { readonly name: string; readonly table: Table };
}

/** What was found and nothing could be said of: why. */
export interface SkippedPlace {
  readonly place: string;
  readonly message: string;
  readonly nextStep: string;
}

export interface SearchResult {
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly SkippedPlace[];
  /** Where nobody answered. */
  readonly silent: readonly string[];
}

/**
 * What a search found, each with its part of what the configuration would need: new instruments stand in
 * the order in which they were found.
 */
export function resultOf({ places, laboratory }: DiscoveredReport): SearchResult {
  const offers = Object.entries(laboratory.instruments);
  const candidates: Candidate[] = [];
  const skipped: SkippedPlace[] = [];
  const silent: string[] = [];
  let next = 0;
  for (const { place, found, skipped: why } of places) {
    const { port, path, address, resource, url } = place;
    const name = port ?? path ?? address ?? resource ?? url ?? place.kind;
    if (why !== undefined) {
      skipped.push({ place: name, message: why.message, nextStep: why.nextStep });
    } else if (found.length === 0) silent.push(name);
    for (const each of found) {
      const common = { id: `${candidates.length}`, place: name, found: each };
      if (each.known !== undefined) {
        candidates.push({ ...common, known: each.known });
        continue;
      }
      const [offered, instrument] = offers[next] ?? [];
      next += 1;
      if (offered === undefined || instrument === undefined) candidates.push(common);
      else candidates.push({ ...common, offer: offerOf(offered, instrument, laboratory.ports) });
    }
  }
  return { candidates, skipped, silent };
}

function offerOf(
  name: string,
  instrument: Table,
  ports: DiscoveredReport['laboratory']['ports'],
): Offer {
  const port = String(instrument['port']);
  const table = ports[port];
  return { name, instrument, ...(table === undefined ? {} : { port: { name: port, table } }) };
}

const networkPattern = /^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/;

/** What was typed as places: networks of miners, and single addresses. */
export function typedPlaces(typed: string): {
  readonly addresses: readonly string[];
  readonly networks: readonly string[];
} {
  const words = typed.split(/[\s,]+/).filter((word) => word !== '');
  return {
    addresses: words.filter((word) => !networkPattern.test(word)),
    networks: words.filter((word) => networkPattern.test(word)),
  };
}

/** A simulated instrument, to learn with. */
export interface Simulated {
  readonly kind: string;
  readonly title: string;
  readonly about: string;
  readonly name: string;
  readonly simulator: Table;
  readonly port: Table;
  readonly instrument: Table;
}

export const simulated: readonly Simulated[] = [
  {
    kind: 'multimeter',
    title: 'A bench multimeter',
    about: 'speaks SCPI over TCP, measures about 1.2345 V',
    name: 'multimeter',
    simulator: { kind: 'multimeter' },
    port: { protocol: 'lines' },
    instrument: {
      driver: 'scpi',
      parameters: {
        voltage: { query: 'MEAS:VOLT:DC?', unit: 'V' },
        range: {
          query: 'VOLT:RANG?',
          set: 'VOLT:RANG {value}',
          unit: 'V',
          minimum: 0.1,
          maximum: 1_000,
        },
      },
      poll: { parameters: ['voltage', 'range'] },
    },
  },
  {
    kind: 'propar',
    title: 'A mass flow controller',
    about: 'a Bronkhorst instrument on a FLOW-BUS at its real pace',
    name: 'flow',
    simulator: {
      kind: 'propar',
      nodes: [{ address: 3, userTag: 'nitrogen', fluid: 'N2', capacity: 500, unit: 'mln/min' }],
    },
    port: { protocol: 'propar', baudRate: 38_400 },
    instrument: { driver: 'bronkhorst', node: 3, poll: {} },
  },
  {
    kind: 'miners',
    title: 'A solo miner',
    about: 'a Bitaxe with AxeOS, which finds shares and gets warm',
    name: 'bitaxe',
    simulator: { kind: 'miners', bitaxe: 1, firstAddress: '127.20.99.1' },
    port: { protocol: 'http', http: 'http://127.20.99.1:8099' },
    instrument: { driver: 'bitaxe', poll: {} },
  },
];

/** A simulated instrument as the configuration has it. @param name of the instrument and what is below it */
export function simulatedOffer(
  { simulator, port, instrument }: Simulated,
  name: string,
): readonly SettingChange[] {
  const below = `${name}-simulated`;
  return [
    { path: ['simulators', below], value: simulator },
    // A simulated miner has an address of its own, as a real one has.
    { path: ['ports', below], value: 'http' in port ? port : { ...port, simulator: below } },
    { path: ['instruments', name], value: { ...instrument, port: below } },
  ];
}

/** What somebody wants to add, and how. */
export interface Chosen {
  readonly offer: Offer;
  readonly name: string;
  readonly title: string;
  readonly isPolled: boolean;
}

/** The changes that add what was chosen: each port once. */
export function changesOf(chosen: readonly Chosen[]): readonly SettingChange[] {
  const ports = new Map<string, Table>();
  for (const { offer } of chosen) {
    if (offer.port !== undefined) ports.set(offer.port.name, offer.port.table);
  }
  return [
    ...Array.from(ports, ([name, value]): SettingChange => ({ path: ['ports', name], value })),
    ...chosen.map(({ offer, name, title, isPolled }): SettingChange => ({
      path: ['instruments', name],
      value: {
        ...offer.instrument,
        ...(title.trim() === '' ? {} : { title: title.trim() }),
        ...(isPolled && canPoll(offer) ? { poll: {} } : {}),
      },
    })),
  ];
}

/** Whether it is known what of it is worth watching: SCPI has no list of parameters. */
export function canPoll({ instrument }: Offer): boolean {
  return instrument['driver'] !== 'scpi';
}

const namePattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** What is wrong with a name; undefined when nothing is. @param taken by others */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name.trim() === '') return 'Give it a name.';
  if (!namePattern.test(name)) return 'A letter, then letters, digits, - and _; 64 at most.';
  return taken.includes(name) ? `There is an instrument ${name} already.` : undefined;
}

/** A name that nobody has. */
export function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let count = 2; taken.includes(name); count += 1) name = `${wanted}-${count}`;
  return name;
}
