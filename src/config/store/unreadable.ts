import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';
import { codeOf, isMissing } from './file-system.ts';

/** @returns CONFIG_UNREADABLE; `reason` says why, when it was the file system */
export function unreadable(path: string, cause: unknown): SignalboxError {
  if (isSignalboxError(cause)) return cause;
  const why = isMissing(cause) ? 'does not exist' : String(cause);
  return new SignalboxError('CONFIG_UNREADABLE', `${path} ${why}`, {
    details: { path, reason: isMissing(cause) ? 'ENOENT' : (codeOf(cause) ?? 'unknown') },
    cause,
  });
}
