import type {
  SettingDifference,
  SettingsCommit,
  SettingsReport,
  SettingsRevision,
} from '../../client/index.ts';
import { duration } from '../duration.ts';
import { printable } from '../printable.ts';
import { style } from '../style.ts';
import { table } from '../table.ts';

const keysShownMost = 3;

/** Each value below a path, with where it comes from. */
export function printedValues(
  path: string,
  value: unknown,
  origins: SettingsReport['origins'],
): string {
  const rows = leaves(path, value).map(([name, leaf]) => {
    const { file, line } = origins[name] ?? {};
    return [name, shown(leaf), file === undefined ? style.faint('default') : `${file}:${line}`];
  });
  return table(['SETTING', 'VALUE', 'FROM'], rows);
}

/**
 * What was changed, and how to undo it.
 * @param same what a command needs to reach the same settings again
 */
export function printedCommit(commit: SettingsCommit, same: string): string {
  const { changes, before, revision, dryRun, pendingRestart } = commit;
  if (changes.length === 0) return 'nothing was changed: it is so already';
  const lines = changes.flatMap(printedDifference);
  if (dryRun) return [...lines, style.faint('nothing was written')].join('\n');
  return [
    ...lines,
    ...(pendingRestart.length === 0
      ? []
      : [style.doubtful(`holds after a restart: ${pendingRestart.join(', ')}`)]),
    style.faint(`revision ${revision}; undo: signalbox config rollback ${before}${same}`),
  ].join('\n');
}

function printedDifference({ path, before, after }: SettingDifference): string[] {
  const name = printable(path);
  return [
    ...(before === undefined ? [] : [style.bad(`- ${name} = ${shown(before)}`)]),
    ...(after === undefined ? [] : [style.good(`+ ${name} = ${shown(after)}`)]),
  ];
}

/** A difference of texts, as `diff -u` has it. */
export function printedDiff(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const clean = printable(line);
      if (line.startsWith('+++') || line.startsWith('---')) return style.heading(clean);
      if (line.startsWith('+')) return style.good(clean);
      if (line.startsWith('-')) return style.bad(clean);
      return line.startsWith('@@') ? style.faint(clean) : clean;
    })
    .join('\n');
}

/** The history, the newest first. */
export function printedHistory(revisions: readonly SettingsRevision[]): string {
  if (revisions.length === 0) return 'nothing was changed yet';
  const rows = revisions.map(({ revision, at, by, why = '', keys, isKept }) => {
    const more = keys.length - keysShownMost;
    const what = `${keys.slice(0, keysShownMost).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    const ago = `${duration(Math.max(0, Date.now() - at))} ago`;
    return [isKept ? String(revision) : style.faint(String(revision)), ago, by, what, why];
  });
  return table(['REVISION', 'WHEN', 'WHO', 'WHAT', 'WHY'], rows);
}

/** A value as it stands in a file, or nearly. */
export function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'redacted' in value) return '(secret)';
  return printable(JSON.stringify(value) ?? '');
}

function leaves(path: string, value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || 'redacted' in value) {
    return [[path, value]];
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const part = /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
    return leaves(path === '' ? part : `${path}.${part}`, inner);
  });
}
