import type { Config } from '../../config/index.ts';
import { tryLink } from '../try-link.ts';
import { check } from './check.ts';
import type { Check } from './check.ts';

/** Whether each device and address of a configuration can be opened, where no gateway has it open. */
export async function checkLinks({ ports }: Config, signal: AbortSignal): Promise<Check[]> {
  return await Promise.all(
    Object.entries(ports).map(
      async ([name, port]) =>
        await check('link', `port ${name}`, async () =>
          port.simulator === undefined
            ? `${await tryLink(port, signal)} can be opened`
            : `simulated by ${port.simulator}`,
        ),
    ),
  );
}
