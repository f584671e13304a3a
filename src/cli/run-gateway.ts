import type { Config } from '../config/index.ts';
import { Gateway } from '../gateway/index.ts';
import { printedBanner } from './banner.ts';
import { exitCodes } from './exit-codes.ts';
import { say, sayJson } from './output.ts';

/** An orderly end may take so long; a second signal, or this time, ends it at once. */
const drainLongestMs = 15_000;

/** Runs a gateway in this process until it is told to stop. */
export async function runGateway(config: Config, isJson: boolean): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  const gateway = new Gateway({ config, shutdown: () => stopped.resolve() });
  const stop = (): void => stopped.resolve();
  // What nobody caught leaves the program in a state that nobody knows: leases end, then it does.
  let isEnding = false;
  const end = async (error: unknown): Promise<void> => {
    // What fails while it ends must not begin the end anew.
    if (isEnding) return;
    isEnding = true;
    const late = setTimeout(() => process.exit(exitCodes.signalbox), drainLongestMs);
    gateway.log.of('gateway').fatal({ err: error }, `uncaught: ${String(error)}`);
    await gateway.close();
    clearTimeout(late);
    process.exit(exitCodes.signalbox);
  };
  const fail = (error: unknown): void => void end(error);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  // Whoever started it may be gone, and its pipes with it; the log file still has every line.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await gateway.start();
  if (isJson) sayJson({ doors: gateway.directory.doors.map((door) => door.status()) });
  else say(printedBanner(gateway));
  await stopped.promise;
  process.once('SIGINT', () => process.exit(exitCodes.interrupted));
  const late = setTimeout(() => process.exit(exitCodes.signalbox), drainLongestMs);
  await gateway.drain();
  clearTimeout(late);
  process.off('uncaughtException', fail);
  process.off('unhandledRejection', fail);
}
