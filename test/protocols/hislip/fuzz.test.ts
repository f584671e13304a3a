import { expect, it } from 'vitest';
import * as hislip from '../../../src/protocols/hislip/index.ts';
import { count } from '../../support/count.ts';
import { Plantation } from '../../support/plantation.ts';
import type { Mutant } from '../../support/plantation.ts';
import { recordProof } from '../../support/proof.ts';
import { seed } from '../../support/seed.ts';
import { checkConversations } from './conversation-check.ts';
import { conversationBugs, readerBugs } from './planted-bugs.ts';
import { checkReader } from './reader-check.ts';

type Check = (broken: typeof hislip, times: number, salt: number) => void;

/** Which of the bugs a check finds in so many tries. */
async function caughtBy(
  check: Check,
  bugs: readonly Mutant[],
  times: number,
): Promise<readonly string[]> {
  using plantation = new Plantation();
  const caught: string[] = [];
  for (const [salt, planted] of bugs.entries()) {
    const broken = await plantation.plant<typeof hislip>('protocols', planted);
    try {
      check(broken, times, salt);
    } catch {
      caught.push(planted.bug);
    }
  }
  return caught;
}

const titles = {
  reader: 'exactly the messages of a stream are found in random and mutated ones, however cut',
  conversation: 'every answer goes to its query, whatever both sides do and when the wires deliver',
};

it(
  titles.reader,
  async () => {
    const messages = count(1_000_000);
    expect(() => checkReader(hislip, messages, 0), `seed ${seed}`).not.toThrow();
    const caught = await caughtBy(checkReader, readerBugs, 20_000);
    expect(caught, `seed ${seed}`).toEqual(readerBugs.map(({ bug }) => bug));
    recordProof({
      promise: 'No bytes on a wire can break the gateway',
      test: titles.reader,
      count: messages,
      planted: readerBugs.length,
      caught: caught.length,
    });
  },
  600_000,
);

it(
  titles.conversation,
  async () => {
    const conversations = count(10_000);
    expect(() => checkConversations(hislip, conversations, 0), `seed ${seed}`).not.toThrow();
    const caught = await caughtBy(checkConversations, conversationBugs, 300);
    expect(caught, `seed ${seed}`).toEqual(conversationBugs.map(({ bug }) => bug));
    recordProof({
      promise: 'A reply goes to its request or to nobody',
      test: titles.conversation,
      count: conversations,
      planted: conversationBugs.length,
      caught: caught.length,
    });
  },
  600_000,
);
