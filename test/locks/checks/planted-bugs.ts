import type { Mutant } from '../../support/plantation.ts';

const mutex = 'mutex.ts';
const readWrite = 'read-write-lock.ts';
const line = 'wait-line.ts';
const resource = 'resource-lock.ts';
const queue = 'resource-queue.ts';

export const mutexBugs: readonly Mutant[] = [
  {
    bug: 'a lost wake-up: the release forgets the next in line',
    file: mutex,
    find: '    this.#line.grantFirst(this.#grant);\n',
    replace: '',
  },
  {
    bug: 'the lock is free after the first of several releases of a nested hold',
    file: mutex,
    find: 'if (this.#depth > 0) return;',
    replace: 'this.#depth = 0;',
  },
  {
    bug: 'a double grant: whoever has a chain gets in while another holds',
    file: mutex,
    find: 'return this.#isHeldBy(by) ? this.#nest() : undefined;',
    replace: 'return by === undefined ? undefined : this.#nest();',
  },
  {
    bug: 'a guard releases as often as it is told to, and so what another holds',
    file: 'guard.ts',
    find: 'this.#leave = undefined;',
    replace: '',
  },
  {
    bug: 'a released guard still says that it holds',
    file: 'guard.ts',
    find: 'return this.#leave === undefined;',
    replace: 'return false;',
  },
  {
    bug: 'last come, first served',
    file: line,
    find: 'const waiter = this.#first;\n    if (waiter === undefined) return false;',
    replace: 'const waiter = this.#last;\n    if (waiter === undefined) return false;',
  },
  {
    bug: 'who gave up stays in line and is granted what nobody will release',
    file: line,
    find: '    this.#take(waiter);\n    waiter.reject(error());',
    replace: '    waiter.reject(error());',
  },
  {
    bug: 'the timer of a wait that was granted is left',
    file: line,
    find: 'waiter.timer?.cancel();',
    replace: '',
  },
  {
    bug: 'the listener of a wait that was granted is left',
    file: line,
    find: 'waiter.listener?.[Symbol.dispose]();',
    replace: '',
  },
  {
    bug: 'a wait goes on after its timeout',
    file: line,
    find: 'this.#abandon(waiter, () => this.#timeoutError(timeoutMs));',
    replace: '',
  },
  {
    bug: 'a wait goes on after it was cancelled',
    file: line,
    find: 'waiter.listener = onAbort(signal, () => {',
    replace: 'waiter.listener = onAbort(signal, () => {\n          if (signal.aborted) return;',
  },
  {
    bug: 'the graph keeps the edges of waits that are over',
    file: line,
    find: 'this.#graph?.leave(waiter);',
    replace: '',
  },
  {
    bug: 'a chain may not take again what the chain that started it holds',
    file: 'agent.ts',
    find: 'if (agent === other) return true;',
    replace: '',
  },
  {
    bug: 'a waiter that leaves from the middle cuts the line behind it off',
    file: line,
    find: 'else previous.next = next;',
    replace: 'else previous.next = undefined;',
  },
];

export const readWriteBugs: readonly Mutant[] = [
  {
    bug: 'readers behind a writer that gave up are not woken',
    file: readWrite,
    find: 'if (this.#isOpenToReaders) this.#wakeReaders();',
    replace: '',
  },
  {
    bug: 'new readers pass a waiting writer',
    file: readWrite,
    find: 'return this.#writers.size === 0 && this.#writeLine.size === 0;',
    replace: 'return this.#writers.size === 0;',
  },
  {
    bug: 'a barging writer: the next one comes before the readers that wait',
    file: readWrite,
    find: 'if (side === this.#writers) this.#wakeReaders();',
    replace:
      'if (side === this.#writers && (this.#readers.size > 0 || !this.#writeLine.grantFirst(this.#grantWrite))) this.#wakeReaders();\n    if (this.#writers.size > 0) return;',
  },
  {
    bug: 'a writer comes while others read',
    file: readWrite,
    find: 'return this.#writers.size === 0 && this.#readers.size === 0;',
    replace: 'return this.#writers.size === 0;',
  },
  {
    bug: 'the last reader does not wake the writer',
    file: readWrite,
    find: 'if (this.#readers.size === 0) this.#writeLine.grantFirst(this.#grantWrite);',
    replace:
      'if (side === this.#writers && this.#readers.size === 0) this.#writeLine.grantFirst(this.#grantWrite);',
  },
  {
    bug: 'the first reader to leave lets the writer in among the others',
    file: readWrite,
    find: 'if (this.#readers.size === 0) this.#writeLine.grantFirst(this.#grantWrite);',
    replace: 'this.#writeLine.grantFirst(this.#grantWrite);',
  },
  {
    bug: 'only one of the waiting readers is woken',
    file: readWrite,
    find: 'for (let left = this.#readLine.size; left > 0; left -= 1) {',
    replace: 'for (let left = Math.min(1, this.#readLine.size); left > 0; left -= 1) {',
  },
  {
    bug: 'who reads may go on to write, and waits for itself',
    file: readWrite,
    find: 'if (guard === undefined && this.#readers.isHeldBy(by)) throw this.#upgrade(by);',
    replace: '',
  },
  {
    bug: 'a nested release ends the phase of writing',
    file: readWrite,
    find: 'if (this.#writers.size > 0) return;\n    if (side',
    replace: 'if (side',
  },
  {
    bug: 'a holder does not get the lock again while a writer waits',
    file: readWrite,
    find: 'if (this.#isHeldBy(by)) return this.#hold(this.#readers, by);',
    replace: '',
  },
];

export const resourceBugs: readonly Mutant[] = [
  {
    bug: 'who gives up in the moment of a grant leaves the line twice',
    file: line,
    find: '    this.#take(waiter);\n    waiter.reject(error());',
    replace: '    const reason = error();\n    this.#take(waiter);\n    waiter.reject(reason);',
  },
  {
    bug: 'newcomers pass a holder that waits for more',
    file: queue,
    find: 'if (this.#holdersLine.size === 0) this.#serveLine(this.#line);',
    replace: 'this.#serveLine(this.#line);',
  },
  {
    bug: 'an expired hold still moves bytes',
    file: resource,
    find: 'const due = [...this.#holds.values()].filter((hold) => hold.expiresAtMs <= nowMs);',
    replace:
      'const due: HoldRecord[] = nowMs < 0 ? [...this.#holds.values()] : [];\n    for (const hold of this.#holds.values()) hold.timer?.cancel();',
  },
  {
    bug: 'the end of a hold wakes nobody',
    file: resource,
    find: "this.#events.emit('released', { hold });\n    this.#events.emit('freed', undefined);\n    return true;",
    replace: "this.#events.emit('released', { hold });\n    return true;",
  },
  {
    bug: 'breaking wakes nobody',
    file: resource,
    find: "this.#events.emit('broken', { hold, by, reason });\n    if (holds.length > 0) this.#events.emit('freed', undefined);",
    replace: "this.#events.emit('broken', { hold, by, reason });",
  },
  {
    bug: 'a broken hold goes on',
    file: resource,
    find: "for (const hold of holds) this.#end(hold, 'broken');",
    replace: '',
  },
  {
    bug: 'any shared hold goes together with any key',
    file: resource,
    find: '} else if (hold.mode.shared !== mode.shared) {',
    replace: '} else if (hold.mode.shared.length !== mode.shared.length) {',
  },
  {
    bug: 'an exclusive hold goes together with shared ones of others',
    file: resource,
    find: 'if (!isOwn && own.length === 0) yield hold;',
    replace: '',
  },
  {
    bug: 'who shares moves bytes while another of the key has it alone',
    file: resource,
    find: 'if (this.#some(excluded)) throw this.heldError();',
    replace: 'this.#some(excluded);',
  },
  {
    bug: 'a token is given twice',
    file: 'fencing-token.ts',
    find: 'this.#counter += 1;',
    replace: 'this.#counter = (this.#counter % 3) + 1;',
  },
  {
    bug: 'renewal has no limit while others wait',
    file: resource,
    find: 'if (this.#isWaitedFor()) {',
    replace: 'if (this.#isWaitedFor() && holdMs !== undefined) {',
  },
  {
    bug: 'renewal does not move the end',
    file: resource,
    find: 'hold.expiresAtMs = untilMs;',
    replace: '',
  },
  {
    bug: 'a newcomer passes those in line',
    file: queue,
    find: 'if (holds || this.size === 0) {',
    replace: 'if (holds || this.size >= 0) {',
  },
  {
    bug: 'when the first in line gives up, the next ones are not looked at',
    file: queue,
    find: 'onAbandoned: () => this.#serve(),',
    replace: 'onAbandoned: () => {},',
  },
  {
    bug: 'the client that goes leaves a hold behind',
    file: resource,
    find: "for (const hold of holds) this.#end(hold, 'released');",
    replace: "for (const hold of holds.slice(0, 1)) this.#end(hold, 'released');",
  },
];

const graph = 'wait-graph.ts';

/** Deadlocks that are not seen. */
export const graphBugs: readonly Mutant[] = [
  {
    bug: 'only who waits for itself is found',
    file: graph,
    find: 'if (holder.isWaiting || agent.descendsFrom(holder)) leads = true;',
    replace: 'if (agent.descendsFrom(holder)) leads = true;',
  },
  {
    bug: 'the search ends after one step',
    file: graph,
    find: 'if (visited.has(holder)) continue;',
    replace: 'if (visited.size > 0) continue;',
  },
  {
    bug: 'what a child chain waits for does not count for its parent',
    file: 'agent.ts',
    find: 'this.parent?.noteWait(wait);',
    replace: '',
  },
  {
    bug: 'what the parent holds does not count for a child chain',
    file: graph,
    find: 'if (start.descendsFrom(holder)) {',
    replace: 'if (start === holder) {',
  },
  {
    bug: 'the edges of waits that were granted stay',
    file: line,
    find: 'this.#graph?.leave(waiter);',
    replace: '',
  },
];

/** Waits refused that are no deadlock. */
export const falseAlarms: readonly Mutant[] = [
  {
    bug: 'whoever waits for one who waits is refused',
    file: graph,
    find: 'if (start.descendsFrom(holder)) {',
    replace: 'if (holder.isWaiting) {',
  },
  {
    bug: 'an agent is taken to wait after its wait was granted',
    file: 'agent.ts',
    find: 'if (this.#wait === wait) this.#wait = undefined;',
    replace: 'if (this.#wait === wait && this.parent !== undefined) this.#wait = undefined;',
  },
  {
    bug: 'waits are refused when there are many',
    file: graph,
    find: 'if (leads) this.#search(agent, resource);',
    replace:
      'if (leads || this.#size > 3) throw deadlock({ waiter: agent, resource, from: undefined, fromHolder: undefined }, agent);',
  },
];

/** What a cancel may leave behind. */
export const cancelBugs: readonly Mutant[] = [
  ...mutexBugs.filter(
    ({ file, bug }) => file === line && !/^(last come|a wait goes on after its timeout)/.test(bug),
  ),
  ...readWriteBugs.filter(({ bug }) => bug.startsWith('readers behind a writer')),
  ...resourceBugs.filter(({ bug }) => bug.startsWith('when the first in line gives up')),
  {
    bug: 'what was taken before a wait that was cancelled is kept',
    file: 'acquire-all.ts',
    find: 'using taken = new DisposableStack();',
    replace: 'const taken = new DisposableStack();',
  },
];
