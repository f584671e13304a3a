import type { Config, PortConfig } from '../../config/index.ts';
import { SignalboxError } from '../../kernel/index.ts';
import { check } from './check.ts';
import type { Check } from './check.ts';

const openLongestMs = 5_000;

/** Whether each device and address of a configuration can be opened, where no gateway has it open. */
export async function checkLinks({ ports }: Config, signal: AbortSignal): Promise<Check[]> {
  return await Promise.all(
    Object.entries(ports).map(
      async ([name, port]) =>
        await check('link', `port ${name}`, async () => await tryLink(port, signal)),
    ),
  );
}

async function tryLink(port: PortConfig, signal: AbortSignal): Promise<string> {
  if (port.simulator !== undefined) return `simulated by ${port.simulator}`;
  const { linkFactoryOf } = await import('../../gateway/index.ts');
  const { describeOpenProgram, findOpenPrograms } = await import('../../links/index.ts');
  const factory = linkFactoryOf(port);
  const { address } = factory;
  // Some programs open a device without keeping others out; they must not be disturbed.
  const { programs } =
    port.serial === undefined ? { programs: [] } : await findOpenPrograms(port.serial);
  if (programs.length > 0) {
    const who = programs.map(describeOpenProgram).join(', ');
    throw new SignalboxError('PORT_BUSY', `${address} is held by ${who}`);
  }
  const link = factory.create();
  try {
    await link.open(AbortSignal.any([signal, AbortSignal.timeout(openLongestMs)]));
  } finally {
    await link.close();
  }
  return `${address} can be opened`;
}
