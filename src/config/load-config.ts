import { dirname } from 'node:path';
import type { Config } from './config.ts';
import { configSchema } from './schema.ts';
import { settlePaths } from './settle-paths.ts';
import { check } from './store/check.ts';
import { joined, LayerReader, layerOf, placesOf } from './store/layers.ts';
import { checkVersion } from './store/migrations.ts';
import { nodeFileSystem } from './store/node-file-system.ts';

/** The version of configuration files that this program writes and reads. */
export const configVersion = 1;

/** The environment whose overlay is read: that which is named, or else SIGNALBOX_ENVIRONMENT. */
export function environmentOf(named: string | undefined): string | undefined {
  const name = named ?? process.env['SIGNALBOX_ENVIRONMENT'];
  return name === '' ? undefined : name;
}

/**
 * Reads a configuration file once, with what it includes and the overlay of the environment. Relative
 * paths in it lead on from its folder. Changes nothing, and sees no change: that is {@link openConfig}.
 * @param environment whose overlay is read; SIGNALBOX_ENVIRONMENT unless given
 * @throws CONFIG_UNREADABLE when a file cannot be read or is no TOML; CONFIG_INVALID when it breaks the
 *   schema. Both name the file and the line. CONFIG_VERSION when it is of a newer version
 */
export async function loadConfig(path: string, environment?: string): Promise<Config> {
  const places = await placesOf(path, environmentOf(environment), nodeFileSystem);
  const layers = await new LayerReader(places, nodeFileSystem).read();
  checkVersion(layers, configVersion);
  return check({ schema: configSchema, settle: settlePaths }, layers.merged, {
    file: path,
    folder: dirname(places.path),
    layers: layers.all,
  });
}

/**
 * As {@link loadConfig}, of a text alone: without what it includes, and with its paths as they are.
 * @param path names it in errors
 */
export function parseConfig(text: string, path: string): Config {
  const layers = joined([], layerOf('main', path, Buffer.from(text), undefined), undefined);
  checkVersion(layers, configVersion);
  return check({ schema: configSchema }, layers.merged, {
    file: path,
    folder: dirname(path),
    layers: layers.all,
  });
}
