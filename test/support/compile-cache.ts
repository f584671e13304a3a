import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Tests start hundreds of programs and threads from their source: each file is compiled for the first
 * of them, and kept for the others as long as the run lasts.
 */
export function setup(): (() => void) | undefined {
  // Each project of the configuration is set up.
  if (process.env['NODE_COMPILE_CACHE'] !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-compiled-'));
  process.env['NODE_COMPILE_CACHE'] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
