import type { NodeDefinition } from '../../../../src/simulators/index.ts';

/** A value that no message can change, and that is another one at each node. */
export interface Constant {
  readonly process: number;
  readonly parameter: number;
  readonly type: 0x00 | 0x60;
  readonly valueAt: (node: number) => Uint8Array;
}

/** The nodes of the bus; the first is its host. */
export const addresses: readonly number[] = [3, 4, 5, 6, 7, 8];
export const host = 3;

export const nodes: readonly NodeDefinition[] = addresses.map((address) => ({
  address,
  deviceType: `DEV-${address}`,
  firmware: `V${address}.00a`,
  identificationNumber: 10 + address,
}));

function text(value: string): Uint8Array {
  return Buffer.from(value, 'latin1');
}

export const constants: readonly Constant[] = [
  { process: 113, parameter: 1, type: 0x60, valueAt: (node) => text(`DEV-${node}`) },
  { process: 113, parameter: 5, type: 0x60, valueAt: (node) => text(`V${node}.00a`) },
  { process: 113, parameter: 12, type: 0x00, valueAt: (node) => Uint8Array.of(10 + node) },
  { process: 125, parameter: 21, type: 0x60, valueAt: () => text('FLOW-BUS') },
];

/** The value as it is in an answer, with the length or the zero of a string. */
export function answered({ type, valueAt }: Constant, node: number, length: number): number[] {
  const value = [...valueAt(node === 128 ? host : node)];
  if (type === 0x00) return value;
  if (length === 0) return [0, ...value, 0];
  return [length, ...Array.from({ length }, (_, at) => value[at] ?? 0x20)];
}
