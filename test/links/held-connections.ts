import { readFileSync } from 'node:fs';

/** How many connections to that port of loopback a program still has. */
export function heldConnectionsTo(port: number): number {
  const remote = ` 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const [, ...rows] = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , other]) => ` ${other ?? ''} ` === remote)
    .filter((fields) => fields[9] !== '0').length;
}
