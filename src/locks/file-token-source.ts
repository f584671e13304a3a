import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SignalboxError, systemClock } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import { MemoryTokenSource } from './fencing-token.ts';
import type { FencingToken, TokenSource } from './fencing-token.ts';

/**
 * Tokens that rise across restarts. Each opening begins a new epoch, which is on the disk, file
 * and folder flushed, before the first token is given; so the counter itself needs no disk.
 *
 * An epoch is the second since 1970 in which it began, or one more than the last one where that is
 * higher: tokens rise when the clock is set back, and also when the file is lost or damaged.
 */
export class FileTokenSource implements TokenSource {
  readonly #tokens: TokenSource;
  /** The epoch of all tokens of this source. */
  readonly epoch: number;

  private constructor(epoch: number) {
    this.epoch = epoch;
    this.#tokens = new MemoryTokenSource(epoch);
  }

  /**
   * @param path a file of this source alone; its folder must exist
   * @throws CONFIG_UNREADABLE when the file can be neither read nor written: without it, a token
   *   given before could be given again
   */
  static async open(path: string, clock: Clock = systemClock): Promise<FileTokenSource> {
    try {
      const last = await readEpoch(path, clock);
      const epoch = Math.max(last + 1, Math.floor(clock.now() / 1_000));
      await writeDurably(path, `${epoch}\n`);
      return new FileTokenSource(epoch);
    } catch (cause) {
      throw new SignalboxError('CONFIG_UNREADABLE', `cannot keep the token epoch in ${path}`, {
        cause,
        details: { path },
        nextStep: 'Make the folder writable and free some disk space.',
      });
    }
  }

  next(): FencingToken {
    return this.#tokens.next();
  }
}

/** The last epoch; 0 when there is none. A damaged file is set aside, not overwritten. */
async function readEpoch(path: string, clock: Clock): Promise<number> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  if (/^\d{1,15}\n$/.test(text)) return Number(text);
  await rename(path, `${path}.damaged-${clock.now()}`);
  return 0;
}

async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  {
    await using file = await open(temporary, 'w', 0o600);
    await file.writeFile(text);
    await file.sync();
  }
  await rename(temporary, path);
  // A rename is lost with the power until the folder that holds the name is flushed.
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}
