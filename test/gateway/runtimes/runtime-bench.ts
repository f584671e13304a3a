import { fileURLToPath } from 'node:url';
import { RuntimeManager } from '../../../src/gateway/index.ts';
import type { ActorConfig } from '../../../src/config/index.ts';
import type { RuntimeManagerOptions } from '../../../src/gateway/index.ts';

/** An actor of this folder, as a configuration has it. */
export function actor(
  id: string,
  module: 'asker' | 'wayward' | 'inline-only' | 'never-loads',
  more: Partial<ActorConfig> = {},
): ActorConfig {
  const path = fileURLToPath(new URL(`actors/${module}.ts`, import.meta.url));
  return { id, module: path, isolation: 'thread', settings: {}, ...more };
}

/** A manager with these actors; a runtime without any is not enabled. */
export function managerOf(
  actors: { readonly inline?: readonly ActorConfig[]; readonly isolated?: readonly ActorConfig[] },
  options: RuntimeManagerOptions = {},
): RuntimeManager {
  const runtime = (list: readonly ActorConfig[] = []) => ({
    enabled: list.length > 0,
    actors: list,
  });
  return new RuntimeManager(
    { inline: runtime(actors.inline), isolated: runtime(actors.isolated) },
    options,
  );
}
