import { blockHeader } from '../../protocols/index.ts';
import type { DataFormat } from './board.ts';

/** Steps of the converter over 1 V. */
const steps = 8_192;
const rawBytes = 2;
const voltsBytes = 4;

/** Samples as the server sends them, one character a byte: a list in braces, or a block. */
export function encodeSamples(volts: Float32Array, format: DataFormat): string {
  const isRaw = format.units === 'RAW';
  const raw = (value: number): number => Math.round(value * steps);
  if (format.format === 'ASCII') {
    const texts = Array.from(volts, (value) => (isRaw ? String(raw(value)) : value.toFixed(6)));
    return `{${texts.join(',')}}`;
  }
  const bytes = Buffer.alloc(volts.length * (isRaw ? rawBytes : voltsBytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittle = format.byteOrder === 'LEND';
  for (const [index, value] of volts.entries()) {
    if (isRaw) view.setInt16(index * rawBytes, raw(value), isLittle);
    else view.setFloat32(index * voltsBytes, value, isLittle);
  }
  return blockHeader(bytes.length) + bytes.toString('latin1');
}
