import { SignalboxError } from '../../kernel/index.ts';
import type { Layer } from './layers.ts';

/** What a file was before. */
interface Former {
  /** In bytes; 0 when there was none. */
  readonly size: number;
  readonly text: () => Promise<string | undefined>;
}

/**
 * Why a file that reads well is not taken for an edit: nobody empties one on purpose, or cuts it within
 * a line. That is what a full disk or a power cut leaves.
 */
export async function suspicionOf(
  { path, size, toml: { text } }: Layer,
  former: Former,
): Promise<SignalboxError | undefined> {
  if (size >= former.size) return undefined;
  if (text.trim() === '') return damaged(path, `is empty; it had ${former.size} bytes`);
  if (text.endsWith('\n') || (await former.text())?.startsWith(text) !== true) return undefined;
  return damaged(path, `is cut short: ${size} of ${former.size} bytes`);
}

function damaged(path: string, what: string): SignalboxError {
  return new SignalboxError('CONFIG_UNREADABLE', `${path} ${what}`, { details: { path } });
}
