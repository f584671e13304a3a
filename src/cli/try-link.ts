import type { PortConfig } from '../config/index.ts';

/** A link that is not open by then cannot be opened. */
export const openLongestMs = 5_000;

/**
 * Opens the link of a port for a moment. Gives its address.
 * @throws PORT_BUSY with the program that has the device open, and what the link throws
 */
export async function tryLink(port: PortConfig, signal: AbortSignal): Promise<string> {
  const { linkFactoryOf } = await import('../gateway/index.ts');
  const factory = linkFactoryOf(port);
  const { address } = factory;
  const link = factory.create();
  try {
    await link.open(AbortSignal.any([signal, AbortSignal.timeout(openLongestMs)]));
  } finally {
    await link.close();
  }
  return address;
}
