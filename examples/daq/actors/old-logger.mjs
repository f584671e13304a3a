// An old driver: it opens the port, writes, reads to the end of the line, and closes the port again.
import { setTimeout as sleep } from 'node:timers/promises';

/** @type {import('signalbox/driver').Actor} */
export default {
  runtimes: ['inline'],
  start({ settings, resources, signal, log }) {
    const { port, everyMs } = /** @type {{ port: string, everyMs: number }} */ (settings);
    let measured = 0;
    const ask = async (/** @type {string} */ line) => {
      await using hold = await resources.acquireSerialPort(port, 5_000, signal);
      await hold.write(new TextEncoder().encode(`${line}\n`));
      let answer = '';
      while (!answer.endsWith('\n')) {
        answer += new TextDecoder().decode(await hold.read(256, signal));
      }
      return answer.trim();
    };
    const logOn = async () => {
      while (!signal.aborted) {
        const volts = Number(await ask('MEAS:VOLT:DC?'));
        measured += 1;
        log('info', `the line is at ${volts.toFixed(4)} V`);
        await sleep(everyMs, undefined, { signal }).catch(() => {});
      }
    };
    const done = logOn().catch((error) => {
      if (!signal.aborted) throw error;
    });
    return { done, call: () => ({ measured }) };
  },
};
