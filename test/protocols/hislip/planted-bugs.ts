import type { Mutant } from '../../support/plantation.ts';

function bugs(
  file: string,
  ...list: readonly (readonly [bug: string, find: string, replace: string])[]
): Mutant[] {
  return list.map(([bug, find, replace]) => {
    return { bug, file: `hislip/${file}.ts`, find, replace };
  });
}

/** What a reader can get wrong. */
export const readerBugs: readonly Mutant[] = [
  ...bugs(
    'message-reader',
    [
      'allocates what a length on the wire says',
      'const inside: Inside = { header, payload, left: payloadBytes };',
      'const inside: Inside = { header, payload, left: new Uint8Array(payloadBytes).length };',
    ],
    [
      'gathers the payload of data',
      "events.push({ kind: 'piece', bytes: taken });",
      "events.push({ kind: 'piece', bytes: taken.slice() });",
    ],
    ['takes control messages of any length', 'if (payloadBytes <= most)', 'if (most > 0)'],
    ['does not pass over what it refuses', ": 'skipped';", ": 'streamed';"],
    [
      'forgets the beginning of a header at the end of a chunk',
      'this.#headerBytes += taken.length;',
      'this.#headerBytes = taken.length;',
    ],
    [
      'does not look whether a message begins with HS',
      'if (!mayBeginHeader(this.#header.subarray(0, this.#headerBytes))) {',
      'if (this.#headerBytes === 0) {',
    ],
    [
      'finds no end of a message without payload',
      'if (payloadBytes === 0) this.#finish(inside, events);',
      '',
    ],
    ['takes a second initialization', 'return opens === undefined;', 'return true;'],
    ['takes messages on the wrong channel', 'belongs !== this.#channel', 'belongs === undefined'],
    ['takes what only the other side sends', '!isSentBy(known, this.#options.from)', 'false'],
    [
      'goes on after a stream broke',
      'this.#isBroken = true;',
      'this.#isBroken = fatalCode === hislipFatal.invalidInitialization;',
    ],
    [
      'takes a length of more than 2^53',
      'if (payloadBytes > Number.MAX_SAFE_INTEGER)',
      'if (false)',
    ],
  ),
  ...bugs('header', [
    'reads lengths of 32 bits',
    'return view.getUint32(at) * wordSize + view.getUint32(at + 4);',
    'return view.getUint32(at + 4);',
  ]),
  ...bugs('text', [
    'logs control characters',
    'return code >= 0x20 && code <= 0x7e;',
    'return code < 0x100;',
  ]),
  ...bugs('parse-message', [
    'takes a remote/local control that stands for nothing',
    'if (remoteLocalOf(controlCode) === undefined) return unknownControl(type, controlCode);',
    '',
  ]),
];

/** What the two sides can get wrong with each other. */
export const conversationBugs: readonly Mutant[] = [
  ...bugs(
    'synchronous-exchange',
    ['sends a response that was interrupted', 'if (messageId === this.#newest) {', 'if (true) {'],
    [
      'tells of an interruption on one channel only',
      "synchronous: { type: 'Interrupted', messageId: this.#newest },",
      "synchronous: { type: 'Error', code: 0, text: '' },",
    ],
    [
      'tells of an interruption at every piece',
      'this.#interrupted = messageId;',
      'this.#interrupted = undefined;',
    ],
    [
      'has a message available for a client that sent a newer one',
      'if (messageId !== this.#newest) return false;',
      'if (messageId !== this.#newest) return this.#hasResponded;',
    ],
    [
      'still has a message available that was read',
      'this.#isRmtExpected = false;\n      this.#hasResponded = false;',
      'this.#isRmtExpected = false;',
    ],
    [
      'has none available that was sent whole',
      'if (isEnd) this.#isRmtExpected = true;',
      'if (isEnd) {\n        this.#isRmtExpected = true;\n        this.#hasResponded = false;\n      }',
    ],
    [
      'counts a response that was read as lost',
      "if (rmtDelivered === wasExpected) return 'in-step';",
      "if (!wasExpected) return 'in-step';",
    ],
  ),
  ...bugs(
    'overlap-exchange',
    ['numbers responses as their queries', 'this.#lastSent = messageId;', ''],
    ['uses a number twice', 'this.#next = nextMessageId(messageId);', ''],
  ),
  ...bugs(
    'server-clear',
    ['never ends a device clear', 'this.#begunMs = undefined;\n    const', 'const'],
    [
      'settles on another mode than it says',
      'const agreed = isOverlap ? hislipFeatures.overlap : 0;',
      'const agreed = isOverlap ? 0 : hislipFeatures.overlap;',
    ],
  ),
  ...bugs(
    'synchronous-client',
    [
      'takes the answer to an earlier query',
      "return messageId === hislipMessageIds.unknown || messageId === this.lastSent ? 'take' : 'drop';",
      "return 'take';",
    ],
    [
      'says twice that it has read a response',
      'this.#isRmtDelivered = false;\n    return was;',
      'return was;',
    ],
    ['never says that it has read a response', 'if (isEnd) this.#isRmtDelivered = true;', ''],
    [
      'drops the answer to its last query for a late AsyncInterrupted',
      'return this.#interruptedAhead < 0;\n  }',
      'return true;\n  }',
    ],
    [
      'never drops what was interrupted',
      "if (this.#interruptedAhead < 0) return 'drop';",
      "if (this.#interruptedAhead > 0) return 'drop';",
    ],
    ['may never send again after an interruption', 'this.#interruptedAhead -= 1;', ''],
  ),
  ...bugs('overlap-client', [
    'does not know what it has read',
    'this.#lastDelivered = messageId;',
    '',
  ]),
  ...bugs('client-exchange', [
    'does not count its messages',
    'this.#next = nextMessageId(this.#next);',
    '',
  ]),
  ...bugs('client-clear', ['never completes a device clear', "this.#state = 'idle';", '']),
  ...bugs('async-requests', [
    'takes the newest request for the one that is answered',
    'this.#waiting.findIndex((each) => answers[each.type] === type)',
    'this.#waiting.findLastIndex((each) => answers[each.type] !== type)',
  ]),
];
