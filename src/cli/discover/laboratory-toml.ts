import { printable } from '../printable.ts';
import { instrumentKeys, portKeys } from '../../gateway/index.ts';
import type { Laboratory, NewInstrument, NewPort } from '../../gateway/index.ts';

/** What was found as sections of a configuration: to be pasted, or added to the end of a file. */
export function laboratoryToml({ ports, instruments }: Laboratory): string {
  return [...ports.map(portToml), ...instruments.map(instrumentToml)].join('\n');
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

function section(name: string, keys: Readonly<Record<string, string | number | boolean>>): string {
  // A string of JSON is one of TOML (TOML 1.0, basic strings).
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return [`[${name}]`, ...lines, ''].join('\n');
}
