import { readFileSync } from 'node:fs';

/** Of the package; read from where it stands, so that `signalbox --version` need load nothing else. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
