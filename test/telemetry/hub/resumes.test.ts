import { describe, expect, it } from 'vitest';

import * as telemetry from '../../../src/telemetry/index.ts';
import type * as telemetryRoom from '../../../src/telemetry/index.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { randomFrom } from '../../support/random.ts';
import { resumesOf } from './resumes.ts';

const resumes = count(10_000);
/** Resumes; the first thing that is wrong ends it. */
const bugFoundWithin = 20_000;

const bugs: readonly Mutant[] = [
  {
    bug: 'a part of what was missed is sent when the rest is not kept',
    file: 'hub/topic.ts',
    find: 'if (sequence > this.#sequence || sequence < this.#lost.sequence) return undefined;',
    replace: 'if (sequence > this.#sequence) return undefined;',
  },
  {
    bug: 'the same for who comes back with a position',
    file: 'hub/topic.ts',
    find: 'if (position > this.#count.value || position < this.#lost.position) return undefined;',
    replace: 'if (position > this.#count.value) return undefined;',
  },
  {
    bug: 'numbers of another life of the gateway are taken for its own',
    file: 'hub/beginning.ts',
    find: "if (resume.epoch !== epoch) return { from: 'gap' };",
    replace: '',
  },
  {
    bug: 'what has gone from the line of kept events is forgotten',
    file: 'hub/topic.ts',
    find: 'if (lost !== undefined) this.#lost = lost;',
    replace: 'void lost;',
  },
  {
    bug: 'who does not keep up is not cut off, and events are left out',
    file: 'hub/outbox.ts',
    find: 'this.#end(`more than ${this.#bytesMost} bytes wait to be taken`);',
    replace: '',
  },
  {
    bug: 'who is behind gets no events of this turn',
    file: 'hub/audience.ts',
    find: 'if (round.events.length > 0) client.outbox.send(round.events);',
    replace: '',
  },
  {
    bug: 'what is too much to be sent at once is left out without a word',
    file: 'hub/hub-client.ts',
    find: "if (bytes + size > this.#replayBytesMost) return [topic, { from: 'gap' }];",
    replace: 'if (bytes + size > 300) return [topic, start];',
  },
  {
    bug: 'a topic of the same name begins with its numbers anew',
    file: 'hub/hub.ts',
    find: 'const start = this.#gone.get(name) ?? this.#forgotten;',
    replace: 'const start = this.#forgotten;',
  },
  {
    bug: 'a gap is not told',
    file: 'hub/hub-client.ts',
    find: "this.tell(topic, from === 'gap');",
    replace: 'this.tell(topic, false);',
  },
  {
    bug: 'one who comes back is not always heard of again',
    file: 'hub/hub.ts',
    find: 'to?.clients.add(client);',
    replace: 'if (Math.random() < 0.9) to?.clients.add(client);',
  },
  {
    bug: 'what was missed goes before the gaps of other topics',
    file: 'hub/hub-client.ts',
    find: 'for (const [topic, start] of kept) this.#begin(topic, start);\n    if (frames.length > 0) this.outbox.send(Buffer.concat(frames));',
    replace:
      'if (frames.length > 0) this.outbox.send(Buffer.concat(frames));\n    for (const [topic, start] of kept) this.#begin(topic, start);',
  },
  {
    bug: 'a snapshot that is made late stands for events that come after it',
    file: 'hub/topic.ts',
    find: "const sequence = this.kind === 'events' ? eventsUpTo : this.#sequence;",
    replace: 'const sequence = Math.max(eventsUpTo, this.#sequence);',
  },
  {
    bug: 'what was missed is sent topic by topic to one who knows its place by events',
    file: 'hub/hub-client.ts',
    find: 'replayed.sort((one, other) => one.position - other.position);',
    replace: '',
  },
  {
    bug: 'a client joins those of whom the last one was just cut off',
    file: 'hub/hub.ts',
    find: 'found()?.flush();\n    // Its last client may have been cut off by that, and then it is another one.\n    const to = found();',
    replace: 'const to = found();\n    to?.flush();',
  },
  {
    bug: 'how a topic stands goes before what one of its name has told',
    file: 'hub/hub.ts',
    find: 'for (const audience of [...this.#everyAudience()]) audience.flush();',
    replace: '',
  },
  {
    bug: 'what comes while something goes out is left out for some',
    file: 'hub/audience.ts',
    find: 'if (this.#round !== undefined || this.#frames.length === 0) return this.#round;',
    replace: 'if (this.#frames.length === 0) return this.#round;',
  },
  {
    bug: 'one event of those missed is left out',
    file: 'hub/topic.ts',
    find: 'return this.#kept.filter((update) => update.sequence > sequence);',
    replace: 'return this.#kept.filter((update) => update.sequence > sequence + 1);',
  },
];

describe('who comes back misses nothing that it is not told of', () => {
  let caught = 0;

  it.each(bugs)('is not so when $bug', async (mutant) => {
    using plantation = new Plantation();
    const planted = await plantation.plant<typeof telemetryRoom>('telemetry', mutant);
    expect(resumesOf(planted, randomFrom(1), bugFoundWithin).wrong).not.toEqual([]);
    caught += 1;
  });

  it('is so', () => {
    const done = resumesOf(telemetry, randomFrom(1), resumes);
    expect(done.wrong).toEqual([]);
    expect(done.resumes).toBeGreaterThanOrEqual(resumes);
    recordProof({
      promise: 'A subscriber sees every event since its last one, or is told and given a snapshot.',
      test: 'who comes back misses nothing that it is not told of',
      count: done.resumes,
      planted: bugs.length,
      caught,
    });
  });
});
