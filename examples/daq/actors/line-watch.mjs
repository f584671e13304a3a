// Counts what the line says, from a process of its own, over the same serial line.
import { setTimeout as sleep } from 'node:timers/promises';

/** @type {import('signalbox/driver').Actor} */
export default {
  runtimes: ['inline', 'isolated'],
  start({ settings, resources, signal, publish }) {
    const { port, everyMs } = /** @type {{ port: string, everyMs: number }} */ (settings);
    let measured = 0;
    const watch = async () => {
      while (!signal.aborted) {
        const hold = await resources.acquireSerialPort(port, 5_000, signal);
        try {
          // Two messages with nobody between: the hold keeps them together.
          await hold.write(new TextEncoder().encode('CONF:VOLT:DC\nREAD?\n'));
          let answer = '';
          while (!answer.endsWith('\n')) {
            answer += new TextDecoder().decode(await hold.read(256, signal));
          }
          measured += 1;
          publish('line', { volts: Number(answer) });
        } finally {
          await hold.release();
        }
        await sleep(everyMs, undefined, { signal }).catch(() => {});
      }
    };
    const done = watch().catch((error) => {
      if (!signal.aborted) throw error;
    });
    return { done, call: () => ({ measured }) };
  },
};
