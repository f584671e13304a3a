import type { SharedGuard } from '../../../src/locks/index.ts';
import type { Outcome, Taking } from './orders.ts';
import { importRoom, wayTo } from './rooms.ts';
import type { Place } from './rooms.ts';

/** Takes locks, and keeps them until they are to be released. */
export class Hands {
  readonly #held = new Map<number, SharedGuard[]>();

  async take({ room, place, isSync, timeoutMs, isShort }: Taking): Promise<Outcome> {
    const imported = importRoom(room);
    const way = wayTo(imported instanceof Promise ? await imported : imported, place);
    try {
      const guard = isSync ? way.acquireSync(timeoutMs) : await way.acquire({ timeoutMs });
      const turn = Atomics.add(new Int32Array(place.turns), 0, 1);
      const { abandoned } = guard;
      if (isShort === true) guard.release();
      else this.#keep(place, guard);
      return { how: 'held', abandoned, turn };
    } catch (error) {
      return { how: 'refused', code: (error as { readonly code?: unknown }).code };
    }
  }

  release(place: Place): void {
    this.#held.get(place.number)?.pop()?.release();
  }

  #keep(place: Place, guard: SharedGuard): void {
    const guards = this.#held.get(place.number) ?? [];
    guards.push(guard);
    this.#held.set(place.number, guards);
  }
}
