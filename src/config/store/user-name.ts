import { userInfo } from 'node:os';

/** The name of the user that this process runs as; in a container there may be none: `user 12345`. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
