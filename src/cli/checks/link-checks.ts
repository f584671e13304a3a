import type { Config } from '../../config/index.ts';
import { check } from './check.ts';
import type { Check } from '../../telemetry/index.ts';

/** A worker that was started to see whether it can be may take so long to end, in ms. */
const workerEndMs = 1_000;

/**
 * Whether each device and address of a configuration can be opened, where no gateway has it open, and
 * whether each worker can be started.
 */
export async function checkLinks(config: Config, signal: AbortSignal): Promise<Check[]> {
  const { buildWorkers, tryLink } = await import('../../gateway/index.ts');
  const workers = buildWorkers(config);
  try {
    return await Promise.all(
      Object.entries(config.ports).map(
        async ([name, port]) =>
          await check('link', `port ${name}`, async () =>
            port.simulator === undefined
              ? `${await tryLink(port, signal, (worker) => workers.get(worker))} can be opened`
              : `simulated by ${port.simulator}`,
          ),
      ),
    );
  } finally {
    await Promise.all(Array.from(workers.values(), async (each) => await each.end(workerEndMs)));
  }
}
