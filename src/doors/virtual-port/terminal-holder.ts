import { readlink } from 'node:fs/promises';
import { findOpenPrograms } from '../../links/index.ts';
import type { OpenProgram } from '../../links/index.ts';

/**
 * The program whose virtual port a path leads to, if it lives: it holds both sides of the terminal.
 * A terminal that only bears the number of one that is gone is nobody's virtual port.
 */
export async function terminalHolder(stablePath: string): Promise<OpenProgram | undefined> {
  const target = await readlink(stablePath).catch(() => '');
  if (!target.startsWith('/dev/pts/')) return undefined;
  const { programs } = await findOpenPrograms(target);
  return programs.find(({ isOtherEnd }) => isOtherEnd);
}
