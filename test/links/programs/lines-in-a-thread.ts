// Opens and closes terminals and lines in a worker thread, then prints what this process still has
// open of them.
import { readdirSync, readlinkSync } from 'node:fs';
import { isMainThread, Worker } from 'node:worker_threads';
import { Pty, serialLinkFactory } from '../../../src/links/index.ts';

const turns = 5;

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  worker.on('exit', () => console.log(JSON.stringify(openTerminals())));
} else {
  const { signal } = new AbortController();
  for (let turn = 0; turn < turns; turn += 1) {
    const pty = await Pty.open();
    const link = serialLinkFactory({ path: pty.path }).create();
    await link.open(signal);
    await link.write(Buffer.from('x'), { end: true, signal });
    if (turn % 2 === 0) await link.close();
    await pty.close();
    await link.close();
  }
}

function openTerminals(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return /^\/dev\/(?:pts|ptmx)|inotify/.test(target) ? [target] : [];
    } catch {
      return [];
    }
  });
}
