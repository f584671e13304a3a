import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SignalboxError } from '../kernel/index.ts';

/** The configuration that is taken when none is named. */
export const usualFile = 'lab.toml';

const demonstration = fileURLToPath(
  new URL('../../examples/demonstration/lab.toml', import.meta.url),
);

/** The configuration that is meant. @throws BAD_ARGUMENT when none is named and none is here */
export function laboratoryFile(file: string | undefined, isDemonstration: boolean): string {
  if (isDemonstration) return demonstration;
  if (file !== undefined) return file;
  if (existsSync(usualFile)) return usualFile;
  throw new SignalboxError('BAD_ARGUMENT', `no file was named, and there is no ${usualFile} here`, {
    nextStep:
      'Name a TOML file; let `signalbox discover --write lab.toml` write one; or try `signalbox start --demo`.',
  });
}
