import type { SharedGuard } from '../../../src/locks/index.ts';
import type { WaitOptions } from '../../../src/locks/index.ts';
import { Board } from './board.ts';
import { wayTo } from './rooms.ts';
import type { Room, Way } from './rooms.ts';

/** What one of several threads does with a lock. It can be sent to a thread. */
export interface Part {
  /** `readers`: a table on which nobody writes. */
  readonly kind: 'mutex' | 'readers' | 'table';
  readonly buffer: SharedArrayBuffer;
  readonly board: SharedArrayBuffer;
  /** Which of the board's pairs of slots is its own. */
  readonly player: number;
  readonly turns: number;
  /** Numbers from 0 up to 1, which decide what it does. */
  readonly draws: Float64Array;
  /** Never blocks its thread, and cancels some waits. */
  readonly isPatient: boolean;
  /** Never gives up a wait. */
  readonly isStubborn?: boolean;
  /** Ends its thread in this turn, holding the lock or not. */
  readonly ends?: { readonly turn: number; readonly how: 'exit' | 'throw' };
}

/** So many holds without a look at anything else. */
const hurry = 200;

/** Takes the lock again and again, in all the ways there are. */
export async function play(room: Room, part: Part): Promise<void> {
  const player = new Player(room, part);
  for (let turn = 0; turn < part.turns; turn += 1) await player.turn(turn);
}

class Player {
  readonly #part: Part;
  readonly #board: Board;
  readonly #reading: Way;
  readonly #writing: Way;
  #drawn = 0;
  #turn = 0;

  constructor(room: Room, part: Part) {
    const { kind, buffer, board } = part;
    this.#part = part;
    this.#board = new Board(board);
    const role = ({ mutex: 'mutex', readers: 'read', table: 'write' } as const)[kind];
    this.#writing = wayTo(room, { role, buffer });
    this.#reading = kind === 'table' ? wayTo(room, { role: 'read', buffer }) : this.#writing;
  }

  async turn(turn: number): Promise<void> {
    this.#turn = turn;
    const slot = this.#part.player * 2;
    const how = this.#draw();
    if (!this.#part.isPatient && how < 0.5) this.#sync(slot);
    else if (how < 0.8) await this.#async(slot);
    else await Promise.all([this.#async(slot), this.#async(slot + 1)]);
    this.#board.countTurn();
  }

  #sync(slot: number): void {
    if (this.#part.kind !== 'table' && this.#draw() < 0.5) {
      this.#hurry();
      return;
    }
    const isWriter = this.#isWriter();
    const request = this.#ask(isWriter);
    const way = isWriter ? this.#writing : this.#reading;
    const givesUp = this.#draw() < 0.1 && this.#part.isStubborn !== true;
    const timeoutMs = givesUp ? this.#draw() : Infinity;
    const guard = unlessGivenUp(() => way.acquireSync(timeoutMs));
    if (guard === undefined) return;
    this.#got(slot, request, isWriter, guard);
    this.#work(isWriter);
    this.#leave(slot, guard);
  }

  /** Does nothing else, so that threads meet in every step. */
  #hurry(): void {
    for (let left = hurry; left > 0; left -= 1) {
      const guard = this.#writing.acquireSync(Infinity);
      if (guard.abandoned) this.#board.countTold();
      this.#board.counter += 1;
      this.#board.countHold();
      guard.release();
    }
  }

  async #async(slot: number): Promise<void> {
    const isWriter = this.#isWriter();
    const request = this.#ask(isWriter);
    const asked = (isWriter ? this.#writing : this.#reading).acquire(this.#options());
    this.#board.note(request, 'waits', isWriter);
    const guard = await unlessGivenUpAsync(asked);
    if (guard === undefined) return;
    this.#got(slot, request, isWriter, guard);
    if (this.#draw() < 0.3) await new Promise(setImmediate);
    this.#work(isWriter);
    this.#leave(slot, guard);
  }

  #options(): WaitOptions {
    const draw = this.#draw();
    if (this.#part.isStubborn === true) return {};
    if (draw < 0.1) return { timeoutMs: this.#draw() * 2 };
    if (draw > 0.3 || !this.#part.isPatient) return {};
    const controller = new AbortController();
    if (draw < 0.2) setImmediate(() => controller.abort());
    else queueMicrotask(() => controller.abort());
    return { signal: controller.signal };
  }

  #ask(isWriter: boolean): number {
    const request = this.#board.newRequest();
    this.#board.note(request, 'asks', isWriter);
    return request;
  }

  #got(slot: number, request: number, isWriter: boolean, guard: SharedGuard): void {
    this.#board.enter(slot, isWriter);
    this.#board.note(request, 'got', isWriter);
    if (guard.abandoned) this.#board.countTold();
    this.#end();
  }

  /** Counts, as only one who is alone can. */
  #work(isWriter: boolean): void {
    const before = this.#board.counter;
    for (let left = Math.floor(this.#draw() * 200); left > 0; left -= 1) void this.#board.turns;
    if (!isWriter) return;
    this.#board.counter = before + 1;
    this.#board.countHold();
  }

  #leave(slot: number, guard: SharedGuard): void {
    this.#board.leave(slot);
    guard.release();
  }

  #end(): void {
    const { ends } = this.#part;
    if (ends === undefined || this.#turn < ends.turn) return;
    if (ends.how === 'exit') process.exit(0);
    throw new RangeError('the thread ends');
  }

  #isWriter(): boolean {
    const { kind } = this.#part;
    return kind === 'mutex' || (kind === 'table' && this.#draw() < 0.4);
  }

  #draw(): number {
    const { draws } = this.#part;
    this.#drawn = (this.#drawn + 1) % draws.length;
    return draws[this.#drawn] ?? 0;
  }
}

function unlessGivenUp(acquire: () => SharedGuard): SharedGuard | undefined {
  try {
    return acquire();
  } catch (error) {
    return givenUp(error);
  }
}

async function unlessGivenUpAsync(asked: Promise<SharedGuard>): Promise<SharedGuard | undefined> {
  try {
    return await asked;
  } catch (error) {
    return givenUp(error);
  }
}

function givenUp(error: unknown): undefined {
  // By its code: a room with a planted bug has an error class of its own.
  const code = (error as { readonly code?: unknown }).code;
  if (code !== 'WAIT_TIMEOUT' && code !== 'CANCELLED') throw error;
}
