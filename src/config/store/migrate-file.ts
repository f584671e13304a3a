import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Disk } from './disk.ts';
import type { JournalEntry } from './journal.ts';
import { withTarget } from './layers.ts';
import type { Layers } from './layers.ts';
import { migrated, versionOf } from './migrations.ts';
import type { Migration } from './migrations.ts';
import type { Notify } from './notice.ts';
import { placeOf } from './revision-writer.ts';
import type { RevisionWriter } from './revision-writer.ts';
import type { Revisions } from './revisions.ts';
import { sha256 } from './sha256.ts';
import { changedKeys } from './table.ts';
import type { Table } from './table.ts';
import type { Versions } from './versions.ts';

export interface MigrateFileOptions<T> {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly versions: Versions<T>;
  readonly migrations: readonly Migration[];
  readonly revisions: Revisions;
  readonly writer: RevisionWriter<T>;
  readonly notify: Notify;
}

/** Whether the main file is of an older version than `newest`. @throws CONFIG_INVALID */
export function isOld({ all }: Layers, newest: number): boolean {
  const main = all.find(({ kind }) => kind === 'main');
  return main !== undefined && versionOf(main) < newest;
}

/**
 * Makes the main file one of the newest version, as a new revision, and keeps a copy of what it was.
 * @throws CONFIG_VERSION, CONFIG_INVALID; as {@link Disk.replace}
 */
export async function migrateFile<T>(
  layers: Layers,
  options: MigrateFileOptions<T>,
): Promise<void> {
  const { disk, clock, versions, migrations, revisions, writer, notify } = options;
  const version = versions.newest;
  const main = layers.all.find(({ kind }) => kind === 'main');
  if (main === undefined) return;
  const from = versionOf(main);
  if (layers.target !== main) {
    throw new SignalboxError(
      'CONFIG_VERSION',
      `${main.path} is of version ${from}, and only ${layers.target.path} is written here`,
      {
        details: { path: main.path, version: from, newest: version },
        nextStep: 'Start once without an environment: that migrates it.',
      },
    );
  }
  const known = revisions.entryOf(layers, writer.revision)?.revision ?? revisions.highest + 1;
  const table: Table = { ...migrated(main, version, migrations), version };
  const { file: toml } = main.toml.edit(table);
  const next = withTarget(layers, { ...main, toml });
  const after = versions.found(next, Math.max(known, revisions.highest) + 1);
  const bytes = Buffer.from(toml.text);
  const why = `migrated from version ${from} to ${version}`;
  const entry: JournalEntry = {
    ...revisions.entry(after.snapshot.revision, {
      by: 'signalbox',
      why,
      keys: changedKeys(main.toml.value, table),
    }),
    sha256: sha256(bytes),
    size: bytes.length,
    below: layers.below,
  };
  // What cannot be taken back is not done without a copy.
  await disk.backups.write(known, clock.now(), Buffer.from(main.toml.text));
  await writer.put(placeOf(main), toml, bytes, [entry], layers);
  writer.take(after, writer.layers);
  notify({ kind: 'migrated', message: `${main.path} was ${why}` });
}
