import { Argument } from 'commander';
import type { Command } from 'commander';
import type { SettingsCommit } from '../../client/index.ts';
import { SignalboxError } from '../../kernel/index.ts';
import { say, sayJson } from '../output.ts';
import { attempt, common } from '../session.ts';
import type { CommonOptions, Session } from '../session.ts';
import { editSettings } from '../settings/edit-settings.ts';
import {
  printedCommit,
  printedDiff,
  printedHistory,
  printedValues,
  shown,
} from '../settings/printed-settings.ts';
import {
  openFiles,
  openSettings,
  settingsFiles,
  sameSettings,
} from '../settings/settings-access.ts';
import type { SettingsAccess, SettingsWish } from '../settings/settings-access.ts';
import { table } from '../table.ts';

interface ConfigFlags extends CommonOptions, SettingsWish {
  readonly why?: string;
  readonly dryRun?: boolean;
}

const historyMost = 30;

/** What is done with the settings, and the words that it takes. */
const actions: Readonly<Record<string, string>> = {
  get: '[PATH]',
  set: 'PATH VALUE',
  unset: 'PATH',
  edit: '',
  history: '',
  diff: '[FROM] [TO]',
  rollback: 'REVISION',
  restore: '[REVISION]',
  check: '[FILE]',
  schema: '',
};

/** `config`: the settings of a gateway, or of a file that none runs on. */
export function addConfigCommand(program: Command): void {
  const words = Object.entries(actions).map(([name, takes]) => `${name} ${takes}`.trimEnd());
  common(
    program.command('config'),
    'config get ports.bus',
    'config set ports.bus.timeoutMs 500 --why "a slow bus"',
    'config diff 16 17',
    'config rollback 16',
    'config edit --file lab.toml',
  )
    .addArgument(new Argument('<action>', words.join(', ')).choices(Object.keys(actions)))
    .argument('[words...]', 'what the action takes')
    .description('read, change, compare and roll back settings; edit the file')
    .option('--file <file>', 'of the settings (default: that of the gateway, else lab.toml)')
    .option('--why <text>', 'for the history')
    .option('--dry-run', 'only say what would change, and whether it is good')
    .action(async (action: string, given: string[], options: ConfigFlags) => {
      await attempt(options, async (session) => {
        const takes = actions[action] ?? '';
        checkWords(action, takes, given);
        if (action === 'edit') await edit(options, session);
        else if (action === 'check') await check(given[0], options, session);
        else {
          await using settings = await openSettings(options, session.signal);
          await act(action, given, { settings, options, ...session });
        }
      });
    });
}

interface Context extends Session {
  readonly settings: SettingsAccess;
  readonly options: ConfigFlags;
}

async function act(action: string, words: readonly string[], context: Context): Promise<void> {
  const { settings, isJson } = context;
  const [first = '', second = ''] = words;
  switch (action) {
    case 'get':
      await get(first, context);
      return;
    case 'set':
      await set(first, second, context);
      return;
    case 'unset':
      tell(await settings.change([{ path: first, delete: true }], changeOptions(context)), context);
      return;
    case 'history': {
      const revisions = await settings.history(historyMost);
      if (isJson) for (const revision of revisions) sayJson(revision);
      else say(printedHistory(revisions));
      return;
    }
    case 'diff':
      await diff(words, context);
      return;
    case 'rollback':
      tell(await settings.rollback(revisionOf(first), changeOptions(context)), context);
      return;
    case 'restore':
      await restore(words[0], context);
      return;
    case 'schema':
      sayJson(await settings.schema());
      return;
    default:
      throw new SignalboxError('BAD_ARGUMENT', `config knows no action '${action}'`);
  }
}

async function get(path: string, { settings, isJson }: Context): Promise<void> {
  const { keyPath } = await import('../../config/index.ts');
  const { values, origins, revision } = await settings.report();
  const value = path === '' ? values : valueAt(values, keyPath(path));
  if (value === undefined) throw absent(path, await namesBelow(settings, path));
  if (isJson) sayJson({ path, value, revision, ...given(origins[path]) });
  else if (typeof value === 'object' && !Array.isArray(value))
    say(printedValues(path, value, origins));
  else say(typeof value === 'string' ? value : shown(value));
}

async function set(path: string, text: string, context: Context): Promise<void> {
  const { settings } = context;
  const { keyPath, typedSetting } = await import('../../config/index.ts');
  const parts = keyPath(path);
  const [schema, { written }] = [await settings.schema(), await settings.report()];
  const value = typedSetting(text, parts, schema, written);
  tell(await settings.change([{ path, value }], changeOptions(context)), context);
}

async function diff(words: readonly string[], { settings, isJson }: Context): Promise<void> {
  const [newest, before] = await settings.history(2);
  const now = newest?.revision ?? 1;
  const from = words[0] === undefined ? (before?.revision ?? now) : revisionOf(words[0]);
  const to = words[1] === undefined ? now : revisionOf(words[1]);
  const found = await settings.diff(from, to);
  if (isJson) sayJson({ from, to, ...found });
  else say(found.text === '' ? 'nothing differs' : printedDiff(found.text));
}

async function restore(word: string | undefined, context: Context): Promise<void> {
  const { settings, isJson } = context;
  if (word !== undefined) {
    const why = context.options.why ?? `restored the copy of ${word}`;
    tell(await settings.rollback(revisionOf(word), { ...changeOptions(context), why }), context);
    return;
  }
  const copies = await settings.backups();
  if (isJson) for (const copy of copies) sayJson(copy);
  else {
    const rows = copies.map(({ revision, at }) => [String(revision), new Date(at).toISOString()]);
    say(rows.length === 0 ? 'no copies are kept yet' : table(['REVISION', 'COPY OF'], rows));
  }
}

async function edit(options: ConfigFlags, { isJson, signal }: Session): Promise<void> {
  const files = await settingsFiles(options);
  if (files === undefined) {
    throw new SignalboxError('BAD_ARGUMENT', 'the file of that gateway is on another machine', {
      nextStep: 'Edit it there, or change values with `signalbox config set`.',
    });
  }
  await using store = await openFiles(files);
  const before = store.revision;
  const edited = await editSettings(store, options.why, signal);
  if (isJson) sayJson({ file: store.file, revision: store.revision, keys: edited?.keys ?? [] });
  else if (edited === undefined) say('nothing was changed');
  else {
    say(`saved ${store.file}${edited.keys.length === 0 ? '' : `: ${edited.keys.join(', ')}`}`);
    say(
      `revision ${edited.revision}; undo: signalbox config rollback ${before}${sameSettings(options)}`,
    );
  }
}

async function check(
  word: string | undefined,
  options: ConfigFlags,
  { isJson }: Session,
): Promise<void> {
  const { file = '', environment } =
    word === undefined ? ((await settingsFiles(options)) ?? {}) : { file: word };
  const { loadConfig } = await import('../../config/index.ts');
  const { ports, instruments } = await loadConfig(file, environment);
  const counts = { ports: Object.keys(ports).length, instruments: Object.keys(instruments).length };
  if (isJson) sayJson({ file, passed: true, ...counts });
  else say(`${file} is good: ${counts.ports} ports, ${counts.instruments} instruments`);
}

function changeOptions({ options }: Context): { why?: string; dryRun?: boolean } {
  const { why, dryRun } = options;
  return { ...(why === undefined ? {} : { why }), ...(dryRun === true ? { dryRun } : {}) };
}

function tell(commit: SettingsCommit, { isJson, options }: Context): void {
  if (isJson) sayJson(commit);
  else say(printedCommit(commit, sameSettings(options)));
}

/** @throws BAD_ARGUMENT when there are too few or too many */
function checkWords(action: string, takes: string, words: readonly string[]): void {
  const names = takes.split(' ').filter((name) => name !== '');
  const least = names.filter((name) => !name.startsWith('[')).length;
  if (words.length >= least && words.length <= names.length) return;
  const usage = `signalbox config ${action} ${takes}`.trimEnd();
  throw new SignalboxError('BAD_ARGUMENT', `config ${action} takes ${takes || 'nothing more'}`, {
    nextStep: `Say \`${usage}\`.`,
  });
}

function revisionOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new SignalboxError('BAD_ARGUMENT', `'${text}' is no revision`, {
    nextStep: 'See which there are with `signalbox config history`.',
  });
}

async function namesBelow(settings: SettingsAccess, path: string): Promise<readonly string[]> {
  const { keyPath, keysBelow } = await import('../../config/index.ts');
  const { values } = await settings.report();
  return keysBelow(await settings.schema(), keyPath(path).slice(0, -1), values);
}

function absent(path: string, names: readonly string[]): SignalboxError {
  const list = names.length === 0 ? '' : `; there are ${names.join(', ')}`;
  return new SignalboxError('NOT_FOUND', `nothing is set at ${path}${list}`, {
    nextStep: 'See what there is with `signalbox config get`.',
  });
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part))
      return undefined;
    found = (found as Readonly<Record<string, unknown>>)[part];
  }
  return found;
}

function given(origin: object | undefined): object {
  return origin === undefined ? { origin: { kind: 'default' } } : { origin };
}
