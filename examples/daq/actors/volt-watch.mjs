// Watches a VISA instrument and says when it is over a limit.
import { setTimeout as sleep } from 'node:timers/promises';

/** @type {import('signalbox/driver').Actor} */
export default {
  runtimes: ['inline', 'isolated'],
  start({ settings, resources, signal, log }) {
    const { resource, everyMs, limit } =
      /** @type {{ resource: string, everyMs: number, limit: number }} */ (settings);
    let measured = 0;
    let volts = Number.NaN;
    const watch = async () => {
      while (!signal.aborted) {
        volts = Number(await resources.enqueueVisaCommand('READ?', 2_000, resource));
        measured += 1;
        if (volts > limit) log('warn', `${volts} V is over ${limit} V`);
        await sleep(everyMs, undefined, { signal }).catch(() => {});
      }
    };
    const done = watch().catch((error) => {
      if (!signal.aborted) throw error;
    });
    return {
      done,
      call: () => ({ measured, volts }),
      check: () => {
        if (Number.isNaN(volts)) throw new Error('nothing was measured yet');
      },
    };
  },
};
