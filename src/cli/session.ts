import { Option } from 'commander';
import type { Command } from 'commander';
import { SignalboxClient } from '../client/index.ts';
import { asSignalboxError } from '../kernel/index.ts';
import { exitCodes } from './exit-codes.ts';
import { findGateway } from './find-gateway.ts';
import type { FoundGateway, GatewayWish } from './find-gateway.ts';
import { Interruption } from './interruption.ts';
import { sayError } from './output.ts';
import { userName } from './user-name.ts';

/** What every command takes. */
export interface LocalOptions {
  readonly json?: boolean;
}

/** What every command takes that speaks to a gateway. */
export interface CommonOptions extends LocalOptions, GatewayWish {}

/** What a command does its work with. */
export interface Session {
  readonly isJson: boolean;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  readonly interruption: Interruption;
}

/** The same of a command that speaks to a gateway. */
export interface GatewaySession extends Session {
  readonly client: SignalboxClient;
  readonly gateway: FoundGateway;
}

/** Adds what every command takes. */
export function local(command: Command, ...examples: readonly string[]): Command {
  return command
    .addOption(new Option('--json', 'one line of JSON for each result or error'))
    .addHelpText(
      'after',
      `\n${['Examples:', ...examples.map((each) => `  $ signalbox ${each}`)].join('\n')}`,
    );
}

/** Adds what every command takes that speaks to a gateway. */
export function common(command: Command, ...examples: readonly string[]): Command {
  return local(command, ...examples)
    .option('--url <url>', 'of the gateway (default: SIGNALBOX_URL, else the one that runs here)')
    .option('--name <name>', 'of the gateway, when several run here');
}

/** Runs a command; an error becomes a line and an exit code, Ctrl-C an exit code. */
export async function attempt(
  options: LocalOptions,
  run: (session: Session) => Promise<void>,
): Promise<void> {
  const isJson = options.json === true;
  using interruption = new Interruption();
  // Whoever read the output has read enough.
  process.stdout.once('error', () => process.exit(exitCodes.unread));
  try {
    await run({ isJson, signal: interruption.signal, interruption });
  } catch (error) {
    if (interruption.exitCode === undefined) sayError(asSignalboxError(error), isJson);
  }
  process.exitCode ??= interruption.exitCode;
}

/** Runs a command against the gateway that is meant. */
export async function withGateway(
  options: CommonOptions,
  run: (session: GatewaySession) => Promise<void>,
): Promise<void> {
  await attempt(options, async (session) => {
    const gateway = await findGateway(options);
    await run({ ...session, gateway, client: clientOf(gateway) });
  });
}

/** A client as `signalbox` shows itself to others. */
export function clientOf({ url, token }: FoundGateway): SignalboxClient {
  return new SignalboxClient({
    url,
    program: 'signalbox',
    pid: process.pid,
    user: userName(),
    ...(token === undefined ? {} : { token }),
  });
}
