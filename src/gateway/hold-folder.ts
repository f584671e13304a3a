import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignalboxError } from '../kernel/index.ts';
import { lockFile } from '../links/index.ts';

/**
 * Holds a folder for this gateway alone, until disposed or until the process ends: two gateways
 * must not take each other's virtual ports, log and tokens.
 * @throws ALREADY_RUNNING, naming the process that holds it
 */
export async function holdFolder(folder: string, name: string): Promise<Disposable> {
  const path = join(folder, 'lock');
  const lock = await lockFile(path);
  if (lock !== undefined) return lock;
  const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
  const who = Number.isNaN(pid) ? 'another process' : `pid ${pid}`;
  throw new SignalboxError('ALREADY_RUNNING', `gateway '${name}' runs already (${who})`, {
    details: { name, folder, ...(Number.isNaN(pid) ? {} : { pid }) },
  });
}
