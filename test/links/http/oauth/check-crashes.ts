import { ManualClock, systemClock } from '../../../../src/kernel/index.ts';
import type { RefreshTokenRotation } from '../../../../src/simulators/spotify/spotify-definition.ts';
import type { TokenRoom } from './check-refreshes.ts';
import { CrashingDisk } from './crashing-disk.ts';
import { SignInBench } from './sign-in-bench.ts';

/** So that a token is near its end. */
const nearlyMs = 3_550_000;

/** What a check of crashes came to. */
export interface CrashCheck {
  readonly crashes: number;
  /** What is wrong, if anything is. */
  readonly wrong?: string;
}

/**
 * Lets the power fail at each step of what a refresh writes, before it and after it, with what was not
 * flushed lost and kept; until a refresh is through without. Whatever happens, the next start has to
 * come to a token that the service takes.
 */
export async function checkCrashes(
  room: TokenRoom,
  rotation: RefreshTokenRotation,
): Promise<CrashCheck> {
  let crashes = 0;
  for (const isAfter of [false, true]) {
    for (const isLost of [true, false]) {
      for (let step = 0; ; step += 1) {
        const outcome = await crash(room, rotation, { step, isAfter, isLost });
        if (outcome === 'no crash') break;
        crashes += 1;
        if (outcome !== 'well') {
          const when = `${isAfter ? 'after' : 'before'} step ${step}, unflushed ${isLost ? 'lost' : 'kept'}`;
          return { crashes, wrong: `${outcome}: a crash ${when}` };
        }
      }
    }
  }
  return { crashes };
}

async function crash(
  { TokenFile, TokenStore }: TokenRoom,
  rotation: RefreshTokenRotation,
  { step, isAfter, isLost }: { step: number; isAfter: boolean; isLost: boolean },
): Promise<'no crash' | 'well' | 'the sign-in is lost'> {
  const clock = new ManualClock();
  await using bench = await SignInBench.open(clock, { rotation });
  const disk = new CrashingDisk();
  const store = (): InstanceType<typeof TokenStore> =>
    new TokenStore({
      name: 'music',
      server: bench.server,
      signInUrl: () => '',
      clock,
      file: new TokenFile(bench.path, systemClock, disk),
    });
  const first = store();
  await bench.signIn(first);
  disk.restart(false);
  await clock.advance(nearlyMs);
  disk.crashAt(step, isAfter);
  // What it gives is used at once, as a player does.
  const header = await first.header().catch(() => undefined);
  if (header !== undefined) await bench.isTaken(header);
  const { hasCrashed } = disk;
  // Also where it is through: what a program was told is stored has to be so.
  disk.restart(isLost);
  // Its next refresh shows whether the refresh token is good.
  await clock.advance(nearlyMs);
  const next = await store()
    .header()
    .catch(() => '');
  if (!(await bench.isTaken(next))) return 'the sign-in is lost';
  return hasCrashed ? 'well' : 'no crash';
}
