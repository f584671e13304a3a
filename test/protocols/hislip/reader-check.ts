import type * as Hislip from '../../../src/protocols/hislip/index.ts';
import type { HislipEvent } from '../../../src/protocols/index.ts';
import { randomFrom } from '../../support/random.ts';
import { eventsIn, line } from './event-oracle.ts';
import { joined } from './joined-events.ts';
import { RandomStreams } from './random-stream.ts';

/**
 * Sends streams of random and mutated messages through readers, cut at any places. Throws when one
 * crashes, finds something else than is in the stream, hands on what is not in the chunk that it
 * took, or holds on to more than a message may have.
 */
export function checkReader(
  { HislipMessageReader }: typeof Hislip,
  messages: number,
  salt: number,
): void {
  const random = new RandomStreams(randomFrom(salt));
  for (let sent = 0; sent < messages;) {
    const { from, channel, isOpening, bytes, messages: count } = random.stream();
    const reader = new HislipMessageReader({ from, ...(isOpening ? {} : { channel }) });
    const found: HislipEvent[] = [];
    for (const piece of random.cut(bytes)) {
      // Of its own, so that it can be seen whether it was used again, and be spoilt.
      const chunk = piece.slice();
      const events = reader.push(chunk);
      for (const event of events) {
        if (event.kind === 'piece' && event.bytes.buffer !== chunk.buffer) {
          throw new Error(`a payload was gathered, after ${sent}`);
        }
      }
      found.push(...joined(events));
      chunk.fill(0x55);
    }
    const expected = eventsIn(bytes, from, isOpening ? undefined : channel);
    const lines = joined(found).map(lineOf);
    if (lines.join('\n') !== expected.join('\n')) {
      throw new Error(`after ${sent}: found\n${lines.join('\n')}\nfor\n${expected.join('\n')}`);
    }
    sent += count;
  }
}

function lineOf(event: HislipEvent): string {
  switch (event.kind) {
    case 'message':
      return line(event.message);
    case 'begin':
    case 'end': {
      const { isEnd, messageId, rmtDelivered, payloadBytes } = event.data;
      return `${event.kind} ${isEnd} ${messageId} ${rmtDelivered} ${payloadBytes}`;
    }
    case 'piece':
      return `piece ${Buffer.from(event.bytes).toString('hex')}`;
    case 'refused':
      return `refused ${event.errorCode}`;
    case 'broken':
      return `broken ${event.fatalCode}`;
  }
}
