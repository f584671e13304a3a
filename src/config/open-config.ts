import type { Config } from './config.ts';
import { configVersion, environmentOf } from './load-config.ts';
import { configSchema } from './schema.ts';
import { Settings } from './settings/settings.ts';
import type { SettingsOptions } from './settings/settings.ts';
import { settlePaths } from './settle-paths.ts';
import { ConfigStore } from './store/config-store.ts';
import type { ConfigStoreOptions } from './store/options.ts';

/**
 * Opens the configuration of a gateway, to be read and changed while it runs.
 * @throws as {@link ConfigStore.open}
 */
export async function openConfig(
  path: string,
  options: Omit<
    ConfigStoreOptions<Config>,
    'schema' | 'settle' | 'mustExist' | 'version' | 'migrations'
  > = {},
): Promise<ConfigStore<Config>> {
  return await ConfigStore.open(path, {
    ...options,
    schema: configSchema,
    settle: settlePaths,
    environment: environmentOf(options.environment),
    version: configVersion,
    mustExist: true,
  });
}

/** A configuration of a gateway for people and programs outside. */
export function settingsOf(
  store: ConfigStore<Config>,
  options: Pick<SettingsOptions<Config>, 'live' | 'notApplied'> = {},
): Settings<Config> {
  return new Settings({ store, schema: configSchema, ...options });
}
