import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { parse, patch } from '@decimalturn/toml-patch';
import { parseConfig } from '../../config/index.ts';
import { SignalboxError } from '../../kernel/index.ts';
import { laboratoryData } from '../../gateway/index.ts';
import { laboratoryToml } from './laboratory-toml.ts';
import type { Laboratory } from '../../gateway/index.ts';

const heading = '# Found by `signalbox discover`. Names may be changed as you like.\n\n';

/** The text of a file; undefined when there is none. @throws CONFIG_UNREADABLE */
export async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SignalboxError('CONFIG_UNREADABLE', `${file}: ${String(cause)}`, { cause });
  }
}

/**
 * A configuration with what was found added to it: whatever it had stays as it is, letter by letter.
 * @throws CONFIG_INVALID when the whole would not be a configuration
 */
export function withLaboratory(
  before: string | undefined,
  laboratory: Laboratory,
  file: string,
): string {
  const text =
    before === undefined ? heading + laboratoryToml(laboratory) : added(before, laboratory);
  parseConfig(text, file);
  return text;
}

function added(before: string, laboratory: Laboratory): string {
  const newline = before.includes('\r\n') ? '\r\n' : '\n';
  const gap = before === '' || before.endsWith('\n') ? newline : newline + newline;
  const after = laboratoryToml(laboratory).replaceAll('\n', newline);
  const text = `${before}${gap}${after}`;
  return isToml(text) ? text : patched(before, laboratory);
}

/** Where a file has its ports in one inline table, nothing can be added after it. */
function patched(before: string, laboratory: Laboratory): string {
  const data = parse(before) as Record<string, object | undefined>;
  const { ports, instruments } = laboratoryData(laboratory);
  return patch(before, {
    ...data,
    ports: { ...data['ports'], ...ports },
    instruments: { ...data['instruments'], ...instruments },
  });
}

function isToml(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Writes a file as a whole or not at all. What somebody else wrote meanwhile is not overwritten.
 * @param before what the file had when it was read; undefined when there was none
 * @throws CONFIG_UNREADABLE
 */
export async function writeWhole(
  file: string,
  text: string,
  before: string | undefined,
): Promise<void> {
  const temporary = `${file}.new-${process.pid}`;
  try {
    const mode = (await stat(file).catch(() => undefined))?.mode ?? 0o644;
    {
      await using handle = await open(temporary, 'wx', mode & 0o777);
      await handle.writeFile(text);
      await handle.sync();
    }
    if ((await textOf(file)) !== before) {
      throw new SignalboxError('CONFIG_UNREADABLE', `${file} was changed meanwhile`, {
        nextStep: 'Run the command again.',
      });
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    if (cause instanceof SignalboxError) throw cause;
    throw new SignalboxError('CONFIG_UNREADABLE', `${file} cannot be written: ${String(cause)}`, {
      cause,
      nextStep: 'Name a file in a folder that this user may write.',
    });
  }
}
