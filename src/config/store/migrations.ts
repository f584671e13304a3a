import { SignalboxError } from '../../kernel/index.ts';
import type { Layer, Layers } from './layers.ts';
import { copyOf } from './table.ts';
import type { Table } from './table.ts';

/** How a file of one version becomes one of a later version. */
export interface Migration {
  readonly from: number;
  readonly to: number;
  /**
   * Changes what the file says: a copy that may be changed, or another table. What stays as it is
   * keeps its comments and its place.
   */
  readonly migrate: (table: Record<string, unknown>) => Table | void;
}

/** The version that a file says it is of; 1 when it says nothing. @throws CONFIG_INVALID */
export function versionOf({ path, toml }: Layer): number {
  const { version } = toml.value;
  if (version === undefined) return 1;
  if (typeof version === 'number' && Number.isSafeInteger(version) && version > 0) return version;
  const line = toml.lineOf(['version']);
  const message = 'version: must be a whole number from 1 on';
  throw new SignalboxError('CONFIG_INVALID', `${path}:${line}: ${message}`, {
    details: { path, problems: [{ line, message }] },
  });
}

/** What a file says in the version `to`. @throws CONFIG_VERSION where no migration leads there */
export function migrated(layer: Layer, to: number, migrations: readonly Migration[]): Table {
  let version = versionOf(layer);
  let table: Table = layer.toml.value;
  while (version < to) {
    const next = migrations.find((each) => each.from === version && each.to > version);
    if (next === undefined) {
      throw new SignalboxError(
        'CONFIG_VERSION',
        `${layer.path} is of version ${version}, and nothing leads from there to ${to}`,
        { details: { path: layer.path, version, newest: to } },
      );
    }
    const copy = copyOf(table) as Record<string, unknown>;
    table = next.migrate(copy) ?? copy;
    version = next.to;
  }
  return table;
}

/** @throws CONFIG_VERSION when the main file is of a newer version than `newest` */
export function checkVersion({ all }: Layers, newest: number): void {
  const main = all.find(({ kind }) => kind === 'main');
  if (main === undefined) return;
  const version = versionOf(main);
  if (version <= newest) return;
  throw new SignalboxError(
    'CONFIG_VERSION',
    `${main.path}:${main.toml.lineOf(['version'])}: version ${version} is newer than this program, which knows ${newest}`,
    { details: { path: main.path, version, newest } },
  );
}
