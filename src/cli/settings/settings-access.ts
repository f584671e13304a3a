import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type {
  ChangeSettingsOptions,
  SettingChange,
  SettingsCommit,
  SettingsDiff,
  SettingsReport,
  SettingsRevision,
  SignalboxClient,
} from '../../client/index.ts';
import type { Config, ConfigStore, JsonSchema } from '../../config/index.ts';
import { userName } from '../user-name.ts';
import { findGateway, findRecord } from '../find-gateway.ts';
import type { GatewayWish } from '../find-gateway.ts';
import { runningGateways } from '../gateway-record.ts';
import { laboratoryFile } from '../laboratory-file.ts';
import { note } from '../output.ts';
import { printable } from '../printable.ts';
import { clientOf } from '../session.ts';

/** Which settings are meant. */
export interface SettingsWish extends GatewayWish {
  readonly file?: string;
}

/** What a command needs to reach the same settings again. */
export function sameSettings({ file, url, name }: SettingsWish): string {
  const flags = { file, url, name };
  return Object.entries(flags)
    .map(([flag, value]) => (value === undefined ? '' : ` --${flag} ${value}`))
    .join('');
}

/** Settings, whoever has them: a gateway that runs, or this program itself. */
export interface SettingsAccess extends AsyncDisposable {
  report(): Promise<SettingsReport>;
  schema(): Promise<JsonSchema>;
  change(
    changes: readonly SettingChange[],
    options: ChangeSettingsOptions,
  ): Promise<SettingsCommit>;
  history(limit: number): Promise<readonly SettingsRevision[]>;
  diff(from: number, to: number): Promise<SettingsDiff>;
  rollback(revision: number, options: ChangeSettingsOptions): Promise<SettingsCommit>;
  backups(): Promise<readonly { readonly revision: number; readonly at: number }[]>;
}

/**
 * The settings that are meant: through the gateway that was named or that runs on that file, else of
 * the file itself. Both at once lose nothing of each other.
 * @throws as {@link findGateway}, `laboratoryFile`, and the opening of a configuration
 */
export async function openSettings(
  wish: SettingsWish,
  signal: AbortSignal,
): Promise<SettingsAccess> {
  const gateway = await gatewayWish(wish);
  if (gateway !== undefined) return remote(clientOf(await findGateway(gateway)), signal);
  return await local({ file: laboratoryFile(wish.file, false) });
}

/** Files of settings on this machine. */
interface SettingsFiles {
  readonly file: string;
  /** Whose overlay is written. */
  readonly environment?: string;
}

/** The files of settings, to be edited; undefined when they are on another machine. */
export async function settingsFiles(wish: SettingsWish): Promise<SettingsFiles | undefined> {
  const gateway = await gatewayWish(wish);
  if (gateway === undefined) return { file: laboratoryFile(wish.file, false) };
  const record = await findRecord(gateway);
  // One without an overlay has none, whatever is said in this shell.
  return record && { file: record.file, environment: record.environment ?? '' };
}

/** Opens the files themselves. */
export async function openFiles({
  file,
  environment,
}: SettingsFiles): Promise<ConfigStore<Config>> {
  const { openConfig } = await import('../../config/index.ts');
  const by = `${userName()} with signalbox`;
  const store = await openConfig(file, { watch: false, by, environment });
  // A file that was no good is another one now: whoever wrote it has to hear where theirs is.
  for (const { message } of store.notices) note(message.split('\n').map(printable).join('\n'));
  return store;
}

async function gatewayWish({ file, url, name }: SettingsWish): Promise<GatewayWish | undefined> {
  if (file !== undefined) {
    const path = existsSync(file) ? await realpath(file) : resolve(file);
    const record = (await runningGateways()).find((each) => each.file === path);
    return record?.url === undefined ? undefined : { name: record.name };
  }
  const isNamed = (url ?? name ?? process.env['SIGNALBOX_URL'] ?? '') !== '';
  const record = isNamed ? undefined : await findRecord({});
  if (isNamed)
    return { ...(url === undefined ? {} : { url }), ...(name === undefined ? {} : { name }) };
  return record?.url === undefined ? undefined : { name: record.name };
}

function remote(client: SignalboxClient, signal: AbortSignal): SettingsAccess {
  return {
    report: async () => await client.settings({ signal }),
    schema: async () => await client.settingsSchema({ signal }),
    change: async (changes, options) =>
      await client.changeSettings(changes, { ...options, signal }),
    history: async (limit) => await client.settingsHistory({ limit, signal }),
    diff: async (from, to) => await client.settingsDiff(from, to, { signal }),
    rollback: async (revision, options) =>
      await client.rollbackSettings(revision, { ...options, signal }),
    backups: async () => await client.settingsBackups({ signal }),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function local(files: SettingsFiles): Promise<SettingsAccess> {
  const { settingsOf } = await import('../../config/index.ts');
  const store = await openFiles(files);
  const settings = settingsOf(store);
  // Nobody runs on it, so nothing has to be started again.
  const plain = <Result extends SettingsCommit | SettingsReport>(result: object): Result =>
    ({ ...result, pendingRestart: [] }) as unknown as Result;
  return {
    report: async () => plain<SettingsReport>(settings.report()),
    schema: async () => settings.schema,
    change: async (changes, options) => plain(await settings.change(changes, options)),
    history: async (limit) => (await settings.history({ limit })) as readonly SettingsRevision[],
    diff: async (from, to) => await settings.diff(from, to),
    rollback: async (revision, options) => plain(await settings.rollback(revision, options)),
    backups: async () => await settings.backups(),
    [Symbol.asyncDispose]: async () => await store.close(),
  };
}
