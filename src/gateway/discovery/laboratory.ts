import { realpath } from 'node:fs/promises';
import type { Config } from '../../config/index.ts';
import { formatVisaResource, parseVisaResource } from '../../protocols/index.ts';
import { linkKeys } from './link-keys.ts';
import type { LinkKeys } from './link-keys.ts';
import type { FoundHere, Language, ScannedPlace } from './place.ts';

/** A port that the configuration does not have yet. */
export interface NewPort {
  readonly name: string;
  readonly link: LinkKeys;
  readonly language: Language;
}

/** An instrument that the configuration does not have yet. */
export interface NewInstrument {
  readonly name: string;
  readonly port: string;
  readonly found: FoundHere;
}

/** What is to be added to a configuration. */
export interface Laboratory {
  readonly ports: readonly NewPort[];
  readonly instruments: readonly NewInstrument[];
}

/** Marks what a configuration has already with its name there. */
export async function withKnown(
  scanned: readonly ScannedPlace[],
  config: Config | undefined,
): Promise<ScannedPlace[]> {
  return await Promise.all(
    scanned.map(async (result) => {
      const port = await portIn(config, result);
      const found = result.found.map((each) => {
        const known = each.known ?? nameIn(config, port, each);
        return known === undefined ? each : { ...each, known };
      });
      return { ...result, found };
    }),
  );
}

/**
 * Gives everything that has no name yet one of its own.
 * @param names that are taken beside those of the configuration
 */
export async function laboratoryOf(
  scanned: readonly ScannedPlace[],
  { names, config }: { readonly names: Iterable<string>; readonly config: Config | undefined },
): Promise<Laboratory> {
  const taken = new Set([...names, ...Object.keys(config?.instruments ?? {})]);
  const takenPorts = new Set(Object.keys(config?.ports ?? {}));
  const ports: NewPort[] = [];
  const instruments: NewInstrument[] = [];
  for (const result of scanned) {
    const { place, language } = result;
    const fresh = result.found.filter(({ known }) => known === undefined);
    const [first] = fresh;
    if (first === undefined) continue;
    const existing = place.kind === 'port' ? place.port : await portIn(config, result);
    const port = existing ?? freeName(portName(language, first), takenPorts);
    if (existing === undefined && place.kind !== 'port' && language !== undefined) {
      ports.push({ name: port, link: linkKeys(place), language });
    }
    for (const found of fresh) {
      instruments.push({ name: freeName(found.name ?? found.family, taken), port, found });
    }
  }
  return { ports, instruments };
}

/** The port of a file that has the same device or address. */
async function portIn(
  config: Config | undefined,
  { place }: ScannedPlace,
): Promise<string | undefined> {
  if (place.kind === 'port') return undefined;
  const { tcp: address, visa: resource, http: url } = linkKeys(place);
  for (const [name, { serial, tcp, visa, http }] of Object.entries(config?.ports ?? {})) {
    if (address !== undefined && tcp === address) return name;
    if (url !== undefined && http?.replace(/\/$/, '') === url) return name;
    if (resource !== undefined && visa !== undefined && fullName(visa) === resource) return name;
    if (place.kind === 'serial' && serial !== undefined) {
      if ((await resolved(serial)) === (await resolved(place.path))) return name;
    }
  }
  return undefined;
}

function nameIn(
  config: Config | undefined,
  port: string | undefined,
  found: FoundHere,
): string | undefined {
  const all = Object.entries(config?.instruments ?? {});
  const same = all.find(
    ([, each]) =>
      each.port === port &&
      (each.driver === 'bronkhorst' ? each.node === nodeOf(found) : found.family === each.driver),
  );
  return same?.[0];
}

/** What is to be added as the configuration has it. */
export function laboratoryData({ ports, instruments }: Laboratory): {
  readonly ports: Readonly<Record<string, object>>;
  readonly instruments: Readonly<Record<string, object>>;
} {
  return {
    ports: Object.fromEntries(ports.map((port) => [port.name, portKeys(port)])),
    instruments: Object.fromEntries(instruments.map((each) => [each.name, instrumentKeys(each)])),
  };
}

/** The address of an instrument on its bus. */
export function nodeOf({ details }: FoundHere): number | undefined {
  const node = details?.['node'];
  return typeof node === 'number' ? node : undefined;
}

function portName(language: Language | undefined, { name = 'instrument' }: FoundHere): string {
  if (language?.protocol === 'propar') return 'bus';
  // A device that has its port to itself: one name for both.
  if (language?.protocol === 'http' || language?.protocol === 'cgminer') return name;
  return `${name}-line`;
}

/** The name itself, or with the first number that makes it a new one. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = `${wanted}-${count}`;
  taken.add(name);
  return name;
}

/** Two names of one resource may differ in what they leave out. */
function fullName(resource: string): string {
  return formatVisaResource(parseVisaResource(resource));
}

async function resolved(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}

/** A new port as the configuration has it. */
export function portKeys({ link, language }: NewPort): Record<string, string | number | boolean> {
  const { protocol, baudRate, terminator } = language;
  return {
    ...link,
    protocol,
    ...(baudRate === undefined ? {} : { baudRate }),
    ...(terminator === undefined ? {} : { terminator }),
  };
}

/** A new instrument as the configuration has it. */
export function instrumentKeys({ port, found }: NewInstrument): Record<string, string | number> {
  const node = nodeOf(found);
  const mac = found.details?.['mac'];
  return {
    port,
    driver: found.family,
    ...(node === undefined ? {} : { node }),
    ...(typeof mac === 'string' ? { mac } : {}),
  };
}
