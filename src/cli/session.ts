import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { SignalboxClient } from '../client/index.ts';
import { asSignalboxError } from '../kernel/index.ts';
import { sayError } from './output.ts';

/** What every command takes. */
export interface CommonOptions {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** What a command does its work with. */
export interface CommandContext {
  readonly client: SignalboxClient;
  readonly isJson: boolean;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Adds the options that every command takes. */
export function common(command: Command): Command {
  return command
    .option('--url <url>', 'of the gateway', process.env['SIGNALBOX_URL'])
    .option('--json', 'one line of JSON for programs');
}

/** Runs a command against the gateway; an error becomes one line and an exit code. */
export async function withGateway(
  options: CommonOptions,
  run: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const isJson = options.json === true;
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const token = process.env['SIGNALBOX_TOKEN'];
  try {
    const client = new SignalboxClient({
      program: 'signalbox',
      pid: process.pid,
      user: userInfo().username,
      ...(options.url === undefined ? {} : { url: options.url }),
      ...(token === undefined ? {} : { token }),
    });
    await run({ client, isJson, signal: interrupt.signal });
  } catch (error) {
    if (interrupt.signal.aborted) process.exitCode = 130;
    else sayError(asSignalboxError(error), isJson);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
