import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/index.ts';
import { SignalboxError } from '../../kernel/index.ts';
import { check } from './check.ts';
import type { Check } from './check.ts';

/** Whether the tokens of leases go on from where they were, and who lets clients in. */
export async function checkTokens(
  stateFolder: string,
  config: Config | undefined,
): Promise<Check[]> {
  const checks = [await check('tokens', 'lease tokens', async () => await checkEpoch(stateFolder))];
  if (config?.http.enabled !== true) return checks;
  const { host, tokenFile } = config.http;
  checks.push(
    await check('tokens', 'access token', async () => await checkAccess(host, tokenFile)),
  );
  return checks;
}

async function checkEpoch(stateFolder: string): Promise<string> {
  const path = join(stateFolder, 'token-epoch');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 'none given yet';
    throw new SignalboxError('CONFIG_UNREADABLE', `${path} cannot be read: ${String(cause)}`, {
      cause,
      nextStep: 'Let the user of the gateway own its state folder.',
    });
  }
  if (/^\d{1,15}\n$/.test(text)) return `epoch ${text.trim()} in ${path}`;
  throw new SignalboxError('CONFIG_UNREADABLE', `${path} is damaged`, {
    nextStep: 'Restart the gateway: it sets the file aside and begins a new epoch.',
  });
}

async function checkAccess(host: string, tokenFile: string | undefined): Promise<string> {
  const isLoopback = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/i.test(host);
  if (tokenFile === undefined) {
    if (isLoopback) return `not needed: only this machine reaches ${host}`;
    throw new SignalboxError(
      'CONFIG_INVALID',
      `${host} can be reached from other machines, and no token file is named`,
      { nextStep: 'Set tokenFile under [http], or host = "127.0.0.1".' },
    );
  }
  const status = await stat(tokenFile).catch(() => undefined);
  if (status === undefined) return `${tokenFile} is made at the next start`;
  if ((status.mode & 0o077) !== 0) {
    throw new SignalboxError('CONFIG_INVALID', `others may read ${tokenFile}`, {
      nextStep: `Run \`chmod 600 ${tokenFile}\`, and replace the token if others may have seen it.`,
    });
  }
  return `in ${tokenFile}, readable by its owner alone`;
}
