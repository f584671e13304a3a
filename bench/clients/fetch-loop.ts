// Asks all of these addresses each second with fetch and parses what they say, and nothing more.
import { createInterface } from 'node:readline';

const urls = process.argv.slice(2);
let polls = 0;
let missed = 0;
let failed = 0;
const newest = new Map<string, unknown>();

for (const [index, url] of urls.entries()) {
  let isUnderWay = false;
  const poll = async (): Promise<void> => {
    if (isUnderWay) {
      missed += 1;
      return;
    }
    isUnderWay = true;
    try {
      const answer = await fetch(`${url}/api/system/info`);
      newest.set(url, await answer.json());
      polls += 1;
    } catch {
      failed += 1;
    } finally {
      isUnderWay = false;
    }
  };
  // Spread over the second, as ours are.
  setTimeout(() => setInterval(() => void poll(), 1_000), (index * 1_000) / urls.length);
}

createInterface({ input: process.stdin }).on('line', () => {
  process.stdout.write(`${JSON.stringify({ polls, missed, failed })}\n`);
});
process.stdout.write('ready\n');
