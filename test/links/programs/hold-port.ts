// Opens a port as Signalbox does, says so, and holds it until its standard input ends.
import { serialLinkFactory } from '../../../src/links/index.ts';

const link = serialLinkFactory({ path: process.argv[2] ?? '' }).create();
await link.open(new AbortController().signal);
console.log('open');
process.stdin.resume();
process.stdin.once('end', () => void link.close());
