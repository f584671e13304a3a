import type { Mutant } from '../../../support/plantation.ts';

/** What sessions can get wrong, planted into their source. */
export const bugs: readonly Mutant[] = [
  {
    bug: "a frame's answer is given to the next client",
    file: 'session.ts',
    find: 'this.#isStuck = !this.#options.client.send(bytes);',
    replace: `const to = Session.earlier ?? this;
      Session.earlier = this;
      this.#isStuck = !to.#options.client.send(bytes);`,
  },
  {
    bug: 'an answer overtakes the one before it',
    file: 'session.ts',
    find: 'this.#answers = this.#answerAfter(this.#answers, exchange, bytes);',
    replace: 'this.#answers = bytes.then((each) => this.#answer(exchange, each));',
  },
  {
    bug: 'what a dead client has under way is answered to the next one',
    file: 'session.ts',
    find: 'for (const { takenBack } of this.#underWay) takenBack?.abort(gone);',
    replace: '',
  },
  {
    bug: 'what a dead client has in line is done for the next one',
    file: 'session.ts',
    find: 'this.#waiting.length = 0;\n    this.#waitingBytes = 0;\n    const',
    replace: 'const',
  },
  {
    bug: 'a session takes any number of requests',
    file: 'session.ts',
    find: 'if (this.#isFull && client.hold === undefined) {',
    replace: 'if (false) {',
  },
  {
    bug: 'any number of requests is under way at once',
    file: 'session.ts',
    find: 'this.#underWay.size < inFlightMost && !this.#isStuck',
    replace: '!this.#isStuck',
  },
  {
    bug: 'what was answered stays under way',
    file: 'session.ts',
    find: '    this.#underWay.delete(exchange);\n',
    replace: '',
  },
  {
    bug: 'an answer has the number of the request before it',
    file: 'propar/propar-request.ts',
    find: 'return encode({ sequence, node, data,',
    replace: `const number = wire.earlier ?? sequence;
      wire.earlier = sequence;
      return encode({ sequence: number, node, data,`,
  },
  {
    bug: 'a binary answer goes to a client that speaks ASCII',
    file: 'propar/propar-request.ts',
    find: "mode === 'binary' ? encodeBinaryFrame : encodeAsciiFrame",
    replace: 'encodeBinaryFrame',
  },
  {
    bug: 'a message that breaks off goes over the wire',
    file: 'propar/propar-request.ts',
    find: 'return statusAnswer(proparStatus.protocolError, 0);',
    replace: 'break;',
  },
  {
    bug: 'a write goes over the wire twice',
    file: 'propar/propar-request.ts',
    find: 'return await transact(rawMessage(wire, node, data, { label, expectsReply }));',
    replace: `await transact(rawMessage(wire, node, data, { label, expectsReply }));
  return await transact(rawMessage(wire, node, data, { label, expectsReply }));`,
  },
  {
    bug: 'an answer that fits into no frame is given up',
    file: 'propar/propar-request.ts',
    find: 'fitting(answer, mode)',
    replace: 'answer',
  },
  {
    bug: 'a text longer than any is asked for by our own read',
    file: 'propar/propar-request.ts',
    find: 'if (message.items.some(isBeyondUs)) break;',
    replace: '',
  },
  {
    bug: 'merged reads are answered with the first value of their chain',
    file: 'propar/asked-values.ts',
    find: 'values[index]',
    replace: 'values[0]',
  },
  {
    bug: "an answer has the instrument's own indices instead of the client's",
    file: 'propar/asked-values.ts',
    find: 'bytes.push(...head,',
    replace: 'bytes.push(...(head.length > 1 ? [item.process] : []), item.parameter | item.type,',
  },
  {
    bug: 'the half of a frame of one client goes on with the bytes of another',
    file: 'propar/propar-protocol.ts',
    find: 'readonly #binary = new BinaryFrameReader();',
    replace: `static shared = new BinaryFrameReader();
  readonly #binary = ProparConversation.shared;`,
  },
  {
    bug: 'a line goes on behind the binary bytes in it',
    file: 'propar/propar-protocol.ts',
    find: 'if (this.#ascii.isInside) this.#ascii = new AsciiFrameReader();',
    replace: '',
  },
  {
    bug: 'a line inside a binary frame is taken for a request',
    file: 'propar/propar-protocol.ts',
    find: 'if (this.#binary.isInside) this.#breakLine();\n      else this',
    replace: 'this',
  },
  {
    bug: 'a reader is stuck in a frame that has broken off',
    file: 'propar/propar-protocol.ts',
    find: "this.#add('binary', this.#binary.push(one), requests);",
    replace: `const found = this.#binary.push(one);
      if (found.some(({ kind, claims }) => kind === 'noise' && claims !== undefined)) this.gone = true;
      if (!this.gone) this.#add('binary', found, requests);`,
  },
  {
    bug: 'an error frame is taken for a request',
    file: 'propar/propar-protocol.ts',
    find: ' || event.frame.errorCode !== undefined',
    replace: '',
  },
];
