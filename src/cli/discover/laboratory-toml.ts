import { printable } from '../printable.ts';
import { nodeOf } from './laboratory.ts';
import type { Laboratory, NewInstrument, NewPort } from './laboratory.ts';

/** What was found as sections of a configuration: to be pasted, or added to the end of a file. */
export function laboratoryToml({ ports, instruments }: Laboratory): string {
  return [...ports.map(portToml), ...instruments.map(instrumentToml)].join('\n');
}

/** The same as plain data, for a file in which sections cannot simply be added at the end. */
export function laboratoryData({ ports, instruments }: Laboratory): {
  readonly ports: Readonly<Record<string, object>>;
  readonly instruments: Readonly<Record<string, object>>;
} {
  return {
    ports: Object.fromEntries(ports.map((port) => [port.name, portKeys(port)])),
    instruments: Object.fromEntries(instruments.map((each) => [each.name, instrumentKeys(each)])),
  };
}

function portToml(port: NewPort): string {
  return section(`ports.${port.name}`, portKeys(port));
}

function instrumentToml(instrument: NewInstrument): string {
  const { identity, trial } = instrument.found;
  const facts = [identity?.text, trial?.passed === false ? `but: ${trial.found}` : trial?.found];
  const comment = facts.filter((fact) => fact !== undefined && fact !== '').join(' · ');
  return (
    (comment === '' ? '' : `# ${printable(comment)}\n`) +
    section(`instruments.${instrument.name}`, instrumentKeys(instrument))
  );
}

function portKeys({ link, language }: NewPort): Record<string, string | number> {
  const { protocol, baudRate, terminator } = language;
  return {
    ...link,
    protocol,
    ...(baudRate === undefined ? {} : { baudRate }),
    ...(terminator === undefined ? {} : { terminator }),
  };
}

function instrumentKeys({ port, found }: NewInstrument): Record<string, string | number> {
  const node = nodeOf(found);
  return { port, driver: found.family, ...(node === undefined ? {} : { node }) };
}

function section(name: string, keys: Readonly<Record<string, string | number>>): string {
  // A string of JSON is one of TOML (TOML 1.0, basic strings).
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return [`[${name}]`, ...lines, ''].join('\n');
}
