import { writeSync } from 'node:fs';
import { openCounting } from './counting.ts';

/** A process that adds to a number until it is killed, and says each time what was acknowledged. */
const [file = ''] = process.argv.slice(2);
const store = await openCounting(file, 'committer');
writeSync(1, `0 ${store.value.counter}\n`);
for (;;) {
  const { result, revision } = await store.transaction((tx) => {
    const next = Number(tx.get('counter')) + 1;
    tx.set('counter', next);
    return next;
  });
  writeSync(1, `${revision} ${result}\n`);
}
