import type { Config, PortConfig } from '../config/index.ts';
import { SharedResources } from '../instruments/index.ts';
import type { SharedResourcesOptions } from '../instruments/index.ts';
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
    visaResources[visaNameOf(wire) ?? name] = {
      port,
      terminator: each.terminator,
      isMessageLink: each.isMessageLink,
    };
  }
  return new SharedResources({ serialPorts, visaResources });
}

type SerialPort = NonNullable<SharedResourcesOptions['serialPorts']>[string];
type VisaResource = NonNullable<SharedResourcesOptions['visaResources']>[string];

/** As PyVISA names what a port leads to; undefined where it has no name of its own there. */
function visaNameOf({ visa, tcp, serial }: PortConfig): string | undefined {
  if (visa !== undefined) return visa;
  if (serial?.startsWith('/') === true) return `ASRL${serial}::INSTR`;
  const [, host, port] = /^(?:tcp:\/\/)?(.+):(\d+)$/.exec(tcp ?? '') ?? [];
  return host === undefined ? undefined : `TCPIP::${host}::${port}::SOCKET`;
}
