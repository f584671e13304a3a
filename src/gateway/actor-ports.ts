import type { Config, PortConfig } from '../config/index.ts';
import { SharedResources } from '../instruments/index.ts';
import type { SharedResourcesOptions } from '../instruments/index.ts';
import { formatVisaResource, parseVisaResource } from '../protocols/index.ts';
import type { BuiltPort } from './build-port.ts';

/**
 * What the actors of a gateway share: its ports, under their names and under those of their wires, so
 * that they are in line with everybody else. What is none of them they open by themselves.
 */
export function actorPorts(config: Config, built: ReadonlyMap<string, BuiltPort>): SharedResources {
  const serialPorts: Record<string, SerialPort> = {};
  const visaResources: Record<string, VisaResource> = {};
  for (const [name, each] of built) {
    const { port } = each;
    const wire = config.ports[name];
    serialPorts[name] = { port };
    if (wire?.serial !== undefined) serialPorts[wire.serial] = { port };
    if (each.protocol !== 'lines' || wire === undefined) continue;
    const { terminator, isMessageLink } = each;
    const resource = { port, terminator, isMessageLink };
    visaResources[name] = resource;
    const visaName = visaNameOf(wire);
    // A name that two wires have, as two adapters have the same address behind them, is none of a port.
    const isItsOwn = Object.values(config.ports).filter((other) => visaNameOf(other) === visaName);
    if (visaName !== undefined && isItsOwn.length === 1) visaResources[visaName] = resource;
  }
  return new SharedResources({ serialPorts, visaResources });
}

type SerialPort = NonNullable<SharedResourcesOptions['serialPorts']>[string];
type VisaResource = NonNullable<SharedResourcesOptions['visaResources']>[string];

/** As PyVISA names what a port leads to; undefined where it has no name of its own there. */
function visaNameOf({ visa, tcp, serial }: PortConfig): string | undefined {
  const [, host, port] = /^(?:tcp:\/\/)?([^:]+|\[.+\]):(\d+)$/.exec(tcp ?? '') ?? [];
  const path = serial?.startsWith('/') === true ? `ASRL${serial}::INSTR` : undefined;
  const name = visa ?? path ?? (host === undefined ? undefined : `TCPIP::${host}::${port}::SOCKET`);
  if (name === undefined) return undefined;
  try {
    return formatVisaResource(parseVisaResource(name));
  } catch {
    // A path or an address that VISA has no word for.
    return undefined;
  }
}
