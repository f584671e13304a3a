/** The longest time that an adapter waits for an instrument by itself; longer waits are made of several. */
export const adapterReadMsMost = 3_000;

/** Shorter pauses cannot be told from the network's. */
export const adapterReadMsLeast = 500;

/** How much the time of a read is varied, so that its value marks the answer. */
export const readMsVariation = 400;

/** A question of its own for each read, and what the adapter answers to it. */
export interface ReadMark {
  readonly set: readonly string[];
  readonly ask: readonly string[];
  readonly mark: Uint8Array;
  readonly endByte: number;
  /** How long the adapter waits for the instrument. */
  readonly readMs: number;
}

/** @param timeoutMs how long the adapter is to wait, within its bounds */
export function drawMark(timeoutMs: number, random: () => number): ReadMark {
  // No byte of a text.
  const endByte = 128 + Math.floor(random() * 128);
  const least = Math.min(
    Math.max(timeoutMs, adapterReadMsLeast),
    adapterReadMsMost - readMsVariation,
  );
  const readMs = least + Math.floor(random() * readMsVariation);
  return {
    set: [`++eot_char ${endByte}`, `++read_tmo_ms ${readMs}`],
    ask: ['++eot_char', '++read_tmo_ms'],
    mark: Buffer.from(`${endByte}\r\n${readMs}\r\n`),
    endByte,
    readMs,
  };
}
