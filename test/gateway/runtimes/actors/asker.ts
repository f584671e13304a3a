import { defineActor } from '../../../../src/instruments/driver-api.ts';

/** How many ask at once, so that somebody of an actor always waits. */
const loops = 4;

/** Asks lines again and again, each time in a hold of its own, and counts what it got. */
export default defineActor({
  runtimes: ['inline', 'isolated'],
  start({ id, settings, resources, signal }) {
    const counts = { right: 0, wrong: 0, failed: 0 };
    const path = String(settings['path']);
    const ask = async (number: number): Promise<void> => {
      await using hold = await resources.acquireSerialPort(path, 10_000, signal);
      const line = `${id}:${number}?`;
      // In two pieces: whoever came between would be seen.
      await hold.write(Buffer.from(line.slice(0, 3)));
      await hold.write(Buffer.from(`${line.slice(3)}\n`));
      let answer = '';
      while (!answer.endsWith('\n')) answer += Buffer.from(await hold.read(256)).toString();
      if (answer === `re ${line}\n`) counts.right += 1;
      else counts.wrong += 1;
    };
    const askOn = async (first: number): Promise<void> => {
      for (let number = first; !signal.aborted; number += loops) {
        await ask(number).catch(() => {
          if (!signal.aborted) counts.failed += 1;
        });
      }
    };
    const asking = Array.from({ length: loops }, async (_, at) => await askOn(at));
    const done = Promise.all(asking).then(() => {});
    return { done, call: () => ({ ...counts }) };
  },
});
