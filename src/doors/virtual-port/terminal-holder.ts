import { readdir, readFile, readlink } from 'node:fs/promises';
import { findOpenPrograms } from '../../links/index.ts';
import type { OpenProgram } from '../../links/index.ts';

/**
 * The program whose virtual port a path leads to, if it lives: it holds both sides of the terminal.
 * A terminal that only bears the number of one that is gone is nobody's virtual port.
 */
export async function terminalHolder(stablePath: string): Promise<OpenProgram | undefined> {
  const target = await readlink(stablePath).catch(() => '');
  const number = /^\/dev\/pts\/(\d+)$/.exec(target)?.[1];
  if (number === undefined) return undefined;
  const { programs } = await findOpenPrograms(target);
  for (const program of programs) {
    if (await holdsMaster(program.pid, number)) return program;
  }
  return undefined;
}

/** Source: Linux Documentation/filesystems/proc.rst, fdinfo of a terminal's master (`tty-index`). */
async function holdsMaster(pid: number, number: string): Promise<boolean> {
  // The process may end, and each descriptor be closed, while this looks at them.
  for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    if (!target.endsWith('/ptmx')) continue;
    const facts = await readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8').catch(() => '');
    if (/^tty-index:\s*(\d+)$/m.exec(facts)?.[1] === number) return true;
  }
  return false;
}
