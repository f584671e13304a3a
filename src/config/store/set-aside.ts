import { dirname, join } from 'node:path';
import { codeOf, writeAll } from './file-system.ts';
import type { FileSystem } from './file-system.ts';

/** So many files of one name and second are kept. */
const attemptsMost = 1_000;

/**
 * Keeps bytes that are no good, under a name that nobody has: what a person may still want out of
 * them is never overwritten.
 * @returns where they are, once they are on the disk
 */
export async function setAside(
  files: FileSystem,
  folder: string,
  { name, at, bytes }: { readonly name: string; readonly at: number; readonly bytes: Uint8Array },
): Promise<string> {
  if (await files.makeFolder(folder, 0o700)) await files.syncFolder(dirname(folder));
  const time = new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  for (let attempt = 0; ; attempt += 1) {
    const path = join(folder, `${time}${attempt === 0 ? '' : `-${attempt}`}-${name}`);
    try {
      const file = await files.createFile(path, 0o600);
      try {
        await writeAll(file, bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await files.syncFolder(folder);
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || attempt === attemptsMost) throw error;
    }
  }
}
