import { describe, expect, it } from 'vitest';
import { Port } from '../../src/ports/index.ts';
import { count } from '../support/count.ts';
import { Plantation } from '../support/plantation.ts';
import type { Mutant } from '../support/plantation.ts';
import { recordProof } from '../support/proof.ts';
import { randomFrom } from '../support/random.ts';
import { seed } from '../support/seed.ts';
import { checkCancels } from './check-cancels.ts';

const bugs: readonly Mutant[] = [
  {
    bug: 'who gave up stays in line',
    file: 'request-line.ts',
    find: '  #end(request: Pending, error: SignalboxError): void {\n    this.queue.remove(request);',
    replace: '  #end(request: Pending, error: SignalboxError): void {',
  },
  {
    bug: 'a wait that ended stays in the graph',
    file: 'pending.ts',
    find: '    this.#abort?.[Symbol.dispose]();\n    this.waiting?.[Symbol.dispose]();',
    replace: '    this.#abort?.[Symbol.dispose]();',
  },
  {
    bug: 'the timer of a wait that ended goes on',
    file: 'pending.ts',
    find: '    this.#settled = true;\n    this.#timer?.cancel();',
    replace: '    this.#settled = true;',
  },
  {
    bug: 'the end of a lease wakes nobody',
    file: 'port.ts',
    find: 'freed: () => this.#turns.advance(),',
    replace: 'freed: () => {},',
  },
  {
    bug: 'the end of a turn wakes nobody',
    file: 'turns.ts',
    find: '    this.advance();\n    settlement.keep(batch, outcome.reply, forgotten);',
    replace: '    settlement.keep(batch, outcome.reply, forgotten);',
  },
  {
    bug: 'what was cancelled on the wire is answered to the next',
    file: 'turns.ts',
    find: '    this.#serving = { batch, sinceMs: clock.now() };',
    replace: '',
  },
];

describe('requests that are taken back at random', () => {
  let caught = 0;

  it.each(bugs)('show when $bug', async (mutant) => {
    using plantation = new Plantation();
    const room = await plantation.plant<{ Port: typeof Port }>('ports', mutant);
    const wrong = await checkCancels(room.Port, 5_000, randomFrom(3));
    expect(wrong).toBeDefined();
    caught += 1;
  });

  it('leave nothing behind, and keep nobody waiting', async () => {
    const cancels = count(100_000);
    expect(await checkCancels(Port, cancels, randomFrom(3)), `seed ${seed}`).toBeUndefined();
    recordProof({
      promise: 'Every wait ends',
      test: 'requests and leases of a port taken back at random',
      count: cancels,
      planted: bugs.length,
      caught,
    });
  }, 600_000);
});
