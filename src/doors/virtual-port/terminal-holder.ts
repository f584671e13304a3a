import { lstat, readlink, stat } from 'node:fs/promises';
import { findOpenPrograms } from '../../links/index.ts';
import type { OpenProgram } from '../../links/index.ts';

/**
 * The program whose virtual port a path leads to, if it lives: it holds both sides of the terminal.
 * A terminal that only bears the number of one that is gone is nobody's virtual port; also not when
 * another virtual port has got that number since.
 */
export async function terminalHolder(stablePath: string): Promise<OpenProgram | undefined> {
  const target = await readlink(stablePath).catch(() => '');
  if (!target.startsWith('/dev/pts/') || (await isYounger(target, stablePath))) return undefined;
  const { programs } = await findOpenPrograms(target);
  return programs.find(({ isOtherEnd }) => isOtherEnd);
}

/** Whether a terminal was made after the link to it, so that the link means one of before. */
async function isYounger(terminal: string, link: string): Promise<boolean> {
  try {
    const [made, linked] = await Promise.all([
      stat(terminal, { bigint: true }),
      lstat(link, { bigint: true }),
    ]);
    return made.ctimeNs > linked.mtimeNs;
  } catch {
    // One of them has gone meanwhile: there is no holder to be found either.
    return false;
  }
}
