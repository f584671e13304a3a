import type { Gateway } from '../gateway/index.ts';

/**
 * Where programs on this machine reach a gateway by HTTP: one that listens on all addresses is
 * called by the loopback address. Undefined when it has no HTTP door.
 */
export function localUrl({ directory }: Gateway): string | undefined {
  const door = directory.doors.map((each) => each.status()).find(({ kind }) => kind === 'http');
  if (door === undefined) return undefined;
  const url = new URL(door.address);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  return url.origin;
}
