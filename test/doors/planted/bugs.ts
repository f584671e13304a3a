import type { Mutant } from '../../support/plantation.ts';

const locks = 'client-locks.ts';
const hislip = 'hislip/hislip-client.ts';
const hislipLocks = 'hislip/hislip-locks.ts';
const link = 'vxi11/vxi11-link.ts';
const server = 'vxi11/vxi11-server.ts';
const session = 'message-session.ts';
const queue = 'output-queue.ts';

/** In the room `doors`. */
export const bugsOfDoors: readonly Mutant[] = [
  {
    bug: 'a lock survives its client',
    file: locks,
    find: 'boundTo: gone,',
    replace: '',
  },
  {
    bug: 'a wish for a lock survives a clear',
    file: locks,
    find: 'this.#waits.abort();',
    replace: '',
  },
  {
    bug: 'a lock that is given back is kept',
    file: locks,
    find: 'await lease.release();',
    replace: '',
  },
  {
    bug: 'a lock that was granted is forgotten',
    file: locks,
    find: 'this.#held.set(kind, lease);',
    replace: '',
  },
  {
    bug: 'the lock of another link keeps nobody out',
    file: locks,
    find: 'return this.#leases().some(({ owner }) => owner.id !== by.id);',
    replace: 'return false;',
  },
  {
    bug: 'a shared lock is told to be exclusive',
    file: locks,
    find: "leases.some(({ mode }) => mode === 'exclusive')",
    replace: 'leases.length > 0',
  },
  {
    bug: 'a client has the lock twice',
    file: hislipLocks,
    find: 'if (locks.has(wish.kind)) return hislipLockAnswers.error;',
    replace: '',
  },
  {
    bug: 'a shared lock is given back as an exclusive one',
    file: hislipLocks,
    find: "released === 'exclusive'",
    replace: "released !== 'exclusive'",
  },
  {
    bug: 'who is locked out fails as if it had done wrong',
    file: hislipLocks,
    find: 'hasWaited ? hislipLockAnswers.failure',
    replace: 'hasWaited ? hislipLockAnswers.error',
  },
  {
    bug: 'what was interrupted is not told on the synchronous channel',
    file: hislip,
    find: "this.#say('synchronous', verdict.synchronous);",
    replace: '',
  },
  {
    bug: 'what was interrupted is not told on the asynchronous channel',
    file: hislip,
    find: "this.#say('asynchronous', verdict.asynchronous);",
    replace: '',
  },
  {
    bug: 'a HiSLIP session is leaked',
    file: hislip,
    find: 'this.#options.gone();',
    replace: '',
  },
  {
    bug: 'what a client has in line outlives it',
    file: hislip,
    find: 'await this.#session.close();',
    replace: '',
  },
  {
    bug: 'a HiSLIP client that has gone keeps its locks',
    file: hislip,
    find: 'gone: this.#life.signal });',
    replace: 'gone: new AbortController().signal });',
  },
  {
    bug: 'a device clear of HiSLIP does not reach the instrument',
    file: hislip,
    find: 'void this.#clearDevice();',
    replace: '',
  },
  {
    bug: 'a device clear leaves what waits for a lock',
    file: hislip,
    find: 'this.#locks.cancelWaits();',
    replace: '',
  },
  {
    bug: 'a response is forgotten in the status byte of HiSLIP',
    file: hislip,
    find: 'const available = this.#exchange.isMessageAvailable(mark);',
    replace: 'const available = false;',
  },
  {
    bug: 'a request for service is not told',
    file: hislip,
    find: "if (message !== undefined) this.#say('asynchronous', message);",
    replace: '',
  },
  {
    bug: 'a query that fails is not told',
    file: hislip,
    find: 'if (this.#exchange.isOverlap || tag === this.#newest) this.#tellFailure(error);',
    replace: '',
  },
  {
    bug: 'a link reads what is another client’s',
    file: server,
    find: '(await own.get(args.linkId)?.read(args)) ??',
    replace: '(await this.#links.get(args.linkId)?.read(args)) ??',
  },
  {
    bug: 'links survive their connection',
    file: server,
    find: 'for (const link of own.values()) void link.close();',
    replace: '',
  },
  {
    bug: 'a link that has ended is still shown',
    file: server,
    find: 'device.clients.delete(link);',
    replace: '',
  },
  {
    bug: 'the lock of a link survives the link',
    file: link,
    find: 'this.#life.abort();',
    replace: '',
  },
  {
    bug: 'an abort ends nothing',
    file: link,
    find: 'this.#underWay.abort();',
    replace: '',
  },
  {
    bug: 'a link has its lock twice',
    file: link,
    find: "if (this.#locks.has('exclusive')) return vxi11Errors.lockedByAnotherLink;",
    replace: '',
  },
  {
    bug: 'a part of a response is told to be all',
    file: link,
    find: 'reason.end = isEnd;',
    replace: 'reason.end = true;',
  },
  {
    bug: 'a VXI-11 request for service is not in the status byte',
    file: link,
    find: 'this.#isServiceRequested = true;',
    replace: '',
  },
  {
    bug: 'a request for service is never taken back',
    file: link,
    find: 'if (error === vxi11Errors.none) this.#isServiceRequested = false;',
    replace: '',
  },
];

/** In the room `sessions`. */
export const bugsOfSessions: readonly Mutant[] = [
  {
    bug: 'a response that nobody read is given to the next question',
    file: session,
    find: "if (this.#options.mode === 'overlapped') return;",
    replace: 'return;',
  },
  {
    bug: 'a late answer is given to the next question',
    file: session,
    find: 'if (query.isDropped) return;',
    replace: '',
  },
  {
    bug: 'a response is in the status byte before it has come',
    file: session,
    find: 'return !this.#output.isEmpty;',
    replace: 'return this.#queries.length > 0;',
  },
  {
    bug: 'a response is still there after a clear',
    file: session,
    find: 'this.#output.clear();\n    life.abort(',
    replace: 'life.abort(',
  },
  {
    bug: 'a clear leaves questions wanted',
    file: session,
    find: 'for (const query of this.#queries) this.#drop(query);\n    this.#conversation.clear();',
    replace: 'this.#conversation.clear();',
  },
  {
    bug: 'what a client has in line outlives its session',
    file: session,
    find: 'const cleared = this.clear();',
    replace: 'const cleared = Promise.resolve();',
  },
  {
    bug: 'a question that fails leaves its reader waiting',
    file: session,
    find: 'if (!isDropped) this.#output.push({ error: asSignalboxError(error), tag });',
    replace: 'void isDropped, tag;',
  },
  {
    bug: 'a response is called like no message',
    file: session,
    find: 'output.push({ data, isEnd, tag: query.tag });',
    replace: 'output.push({ data, isEnd, tag: 0 });',
  },
  {
    bug: 'what was read in part is given once more',
    file: queue,
    find: 'this.#parts[0] = { ...part, data: part.data.subarray(length) };',
    replace: 'this.#parts[0] = part;',
  },
  {
    bug: 'the termination character is read over',
    file: queue,
    find: 'hasEndByte ? at + 1 : left',
    replace: 'left',
  },
  {
    bug: 'the rest of a response is lost',
    file: queue,
    find: 'if (length < part.data.length) {',
    replace: 'if (length > part.data.length) {',
  },
  {
    bug: 'who waits for output is not woken',
    file: queue,
    find: 'this.#arrival?.resolve();',
    replace: '',
  },
];
