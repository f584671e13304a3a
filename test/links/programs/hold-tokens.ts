import { createInterface } from 'node:readline';
import { spotifyServer } from '../../../src/instruments/index.ts';
import { ManualClock, systemClock } from '../../../src/kernel/index.ts';
import { TokenFile, TokenStore } from '../../../src/links/index.ts';

// A process that uses the sign-in of a file: for each line it lets so much time pass, in ms, then asks for
// the token from so many callers, and says what they got.
const [, , address = '', path = '', callers = '1'] = process.argv;
const clock = new ManualClock();
const store = new TokenStore({
  name: 'music',
  server: spotifyServer(`http://${address}`, 'client'),
  signInUrl: () => '',
  clock,
  file: new TokenFile(path, systemClock),
});

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  await clock.advance(Number(line));
  const headers = await Promise.all(
    Array.from({ length: Number(callers) }, async () => await store.header()),
  );
  console.log(JSON.stringify([...new Set(headers)]));
}
