import { realpath } from 'node:fs/promises';
import type { PortConfig } from '../config/index.ts';
import { SignalboxError } from '../kernel/index.ts';
import type { OpenProgram } from '../links/index.ts';

/** A link that is not open by then cannot be opened. */
export const openLongestMs = 5_000;
/** Where pseudo-terminals come from. Source: man 7 pty, man 4 pts. */
const masterPaths = ['/dev/ptmx', '/dev/pts/ptmx'];

/**
 * Opens the link of a port for a moment. Gives its address.
 * @throws PORT_BUSY with the program that has the device open, and what the link throws
 */
export async function tryLink(port: PortConfig, signal: AbortSignal): Promise<string> {
  const { linkFactoryOf } = await import('../gateway/index.ts');
  const { describeOpenProgram } = await import('../links/index.ts');
  const factory = linkFactoryOf(port);
  const { address } = factory;
  const others = port.serial === undefined ? [] : await programsAt(port.serial);
  if (others.length > 0) {
    const who = others.map(describeOpenProgram).join(', ');
    throw new SignalboxError('PORT_BUSY', `${address} is held by ${who}`, {
      details: { address, holders: others },
      nextStep: 'Stop that program, or give it a virtual port of the gateway.',
    });
  }
  const link = factory.create();
  try {
    await link.open(AbortSignal.any([signal, AbortSignal.timeout(openLongestMs)]));
  } finally {
    await link.close();
  }
  return address;
}

/**
 * Other programs that have a device open. Some do so without keeping others out, and must not be
 * disturbed. The program at the other end of a pseudo-terminal is no such: it stands for the device.
 */
async function programsAt(path: string): Promise<readonly OpenProgram[]> {
  const { findOpenPrograms } = await import('../links/index.ts');
  const { programs } = await findOpenPrograms(path);
  const others = programs.filter(({ pid }) => pid !== process.pid);
  const device = await realpath(path).catch(() => path);
  if (others.length === 0 || !device.startsWith('/dev/pts/')) return others;
  const masters = await Promise.all(masterPaths.map(async (each) => await findOpenPrograms(each)));
  const ends = new Set(masters.flatMap((each) => each.programs.map(({ pid }) => pid)));
  return others.filter(({ pid }) => !ends.has(pid));
}
