import { ManualClock, systemClock } from '../../../../src/kernel/index.ts';
import type { TokenFile, TokenStore } from '../../../../src/links/index.ts';
import { SignInBench } from './sign-in-bench.ts';

/** What of the room is checked; with a bug in it or not. */
export interface TokenRoom {
  readonly TokenFile: typeof TokenFile;
  readonly TokenStore: typeof TokenStore;
}

/** So that each of them finds the token near its end. */
const nearlyMs = 3_550_000;

/**
 * Lets callers of two stores of one file, as two processes have them, ask at each end of a token.
 * @returns what is wrong, if anything is
 */
export async function checkRefreshes(
  room: TokenRoom,
  expiries: number,
  callers: number,
  random: () => number,
): Promise<string | undefined> {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock);
  // Who waits for another process does so on the machine's own time.
  const file = (): TokenFile => new room.TokenFile(bench.path, systemClock);
  const stores = [0, 1].map(
    () =>
      new room.TokenStore({
        name: 'music',
        server: bench.server,
        signInUrl: () => '',
        clock,
        file: file(),
      }),
  );
  const [first] = stores;
  if (first === undefined) return 'no store';
  await bench.signIn(first);
  await bench.simulator.resetLog();
  for (let expiry = 0; expiry < expiries; expiry += 1) {
    await clock.advance(nearlyMs);
    const asked = await Promise.allSettled(
      Array.from({ length: callers }, async () => {
        const store = random() < 0.5 ? stores[0] : stores[1];
        return (await store?.header()) ?? '';
      }),
    );
    const headers = asked.map((each) => (each.status === 'fulfilled' ? each.value : ''));
    if (headers.includes('')) return 'a caller got no token';
    const { transactions } = await bench.simulator.report();
    if (transactions !== expiry + 1) return `${transactions} refreshes for ${expiry + 1} expiries`;
    if (new Set(headers).size !== 1) return `${new Set(headers).size} tokens at once`;
  }
  return (await bench.isTaken(await first.header())) ? undefined : 'the token is not taken';
}
