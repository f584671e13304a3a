import { randomUUID } from 'node:crypto';
import { lstatSync, readlinkSync } from 'node:fs';
import { lstat, mkdir, rename, rm, symlink, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SignalboxError } from '../../kernel/index.ts';
import { classifyLinkError } from '../link-error.ts';

/**
 * Makes a symbolic link, replacing another in one step, so that a client which opens it at that
 * moment finds either the old terminal or the new one, never nothing.
 * @throws BAD_ARGUMENT when something that is no symbolic link is in the way
 */
export async function placeStablePath(stablePath: string, target: string): Promise<void> {
  const present = await lstat(stablePath).catch(() => undefined);
  if (present !== undefined && !present.isSymbolicLink()) {
    throw new SignalboxError('BAD_ARGUMENT', `${stablePath} exists and is not a symbolic link`, {
      details: { path: stablePath },
      nextStep: 'Name another path for the virtual port, or take that file away.',
    });
  }
  const temporary = `${stablePath}.${randomUUID()}`;
  try {
    await mkdir(dirname(stablePath), { recursive: true });
    await symlink(target, temporary);
    await rename(temporary, stablePath);
  } catch (error) {
    await rm(temporary, { force: true });
    throw classifyLinkError(error, stablePath);
  }
}

/** Takes the link away if it still leads to that target: another may have replaced it. */
export async function removeStablePath(stablePath: string, target: string): Promise<void> {
  if (leadsTo(stablePath, target)) await unlink(stablePath).catch(() => {});
}

function leadsTo(stablePath: string, target: string): boolean {
  try {
    return lstatSync(stablePath).isSymbolicLink() && readlinkSync(stablePath) === target;
  } catch {
    return false;
  }
}
