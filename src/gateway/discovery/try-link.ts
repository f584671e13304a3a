import type { PortConfig } from '../../config/index.ts';
import { given } from '../../kernel/index.ts';
import { HttpClient } from '../../links/index.ts';
import type { SharedWorker } from '../../links/index.ts';
import { linkFactoryOf } from '../build-link.ts';

/** A link that is not open by then cannot be opened. */
export const openLongestMs = 5_000;

/**
 * Opens the link of a port for a moment. Gives its address.
 * @param worker gives the worker of a port that leads to one
 * @throws PORT_BUSY with the program that has the device open, and what the link throws
 */
export async function tryLink(
  port: PortConfig,
  signal: AbortSignal,
  worker?: (name: string) => SharedWorker | undefined,
): Promise<string> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(openLongestMs)]);
  if (port.http !== undefined) return await tryService(port.http, until);
  const factory = linkFactoryOf(port, { simulatorAddress: () => '', ...given({ worker }) });
  const { address } = factory;
  const link = factory.create();
  try {
    await link.open(until);
  } finally {
    await link.close();
  }
  return address;
}

/** Whether a web service answers, whatever it says: who asks is not signed in. */
async function tryService(address: string, signal: AbortSignal): Promise<string> {
  using client = new HttpClient();
  await client.send({ method: 'GET', url: new URL(address), headers: {} }, signal);
  return address;
}
