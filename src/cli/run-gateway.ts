import { resolve } from 'node:path';
import type { Config, ConfigNotice, ConfigStore } from '../config/index.ts';
import { Gateway } from '../gateway/index.ts';
import { printedBanner } from './banner.ts';
import { clearOldOften, instrumentsForUsualTimeMost } from './clear-often.ts';
import { exitCodes } from './exit-codes.ts';
import { keepRecord } from './gateway-record.ts';
import { giveBackMemory } from './give-back-memory.ts';
import { localUrl } from './local-url.ts';
import { note, say, sayJson } from './output.ts';

/** An orderly end may take so long; a second signal, or this time, ends it at once. */
const drainLongestMs = 28_000;

/** Runs a gateway in this process until it is told to stop. @param store its configuration */
export async function runGateway(store: ConfigStore<Config>, isJson: boolean): Promise<void> {
  const { value: config, path: file } = store;
  const stopped = Promise.withResolvers<void>();
  const gateway = new Gateway({ config, store, shutdown: () => stopped.resolve() });
  const tell = ({ message }: ConfigNotice): void => gateway.log.of('gateway').warn(message);
  for (const notice of store.notices) tell(notice);
  store.onNotice(tell);
  const sizeMemory = (): void => {
    if (Object.keys(store.value.instruments).length > instrumentsForUsualTimeMost) clearOldOften();
  };
  sizeMemory();
  store.onChange(sizeMemory);
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
  const url = localUrl(gateway);
  const { tokenFile } = config.http;
  // Without it commands have to be told the address; that is no reason not to run.
  const record = await keepRecord({
    name: config.gateway.name,
    file: resolve(file),
    ...(store.environment === undefined ? {} : { environment: store.environment }),
    stateFolder: resolve(gateway.stateFolder),
    ...(url === undefined ? {} : { url }),
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(tokenFile) }),
  }).catch((error: unknown) => {
    gateway.log.of('gateway').warn({ err: error }, `not noted where it is: ${String(error)}`);
  });
  if (isJson) {
    const doors = gateway.directory.doors.map((door) => door.status());
    sayJson({ name: config.gateway.name, pid: process.pid, url: url ?? null, doors });
  } else say(printedBanner(gateway));
  giveBackMemory();
  await stopped.promise;
  process.once('SIGINT', () => process.exit(exitCodes.interrupted));
  if (!isJson) note('stopping: what is in line is finished; Ctrl-C ends it at once');
  const late = setTimeout(() => process.exit(exitCodes.signalbox), drainLongestMs);
  await record?.[Symbol.asyncDispose]();
  await gateway.drain();
  await store.close();
  clearTimeout(late);
  process.off('uncaughtException', fail);
  process.off('unhandledRejection', fail);
}
