export { Agent, agentOf, currentAgent, runAs, runAsAgent, unnamedOwner } from './agent.ts';
export { FencingToken, MemoryTokenSource } from './fencing-token.ts';
export type { TokenSource } from './fencing-token.ts';
export { FileTokenSource } from './file-token-source.ts';
export { describeMode, holdLongestMs, sharedKeyLengthMost } from './hold.ts';
export type { Hold, HoldEnd, HoldRequest, HoldStatus, LockMode } from './hold.ts';
export { checkRank } from './rank.ts';
export type { Ranked } from './rank.ts';
export { renewedLongestMs, ResourceLock } from './resource-lock.ts';
export type {
  ResourceLockEvents,
  ResourceLockOptions,
  ResourceLockStatistics,
} from './resource-lock.ts';
export { WaitGraph } from './wait-graph.ts';
export type { CycleStep, Wait, Waitable } from './wait-graph.ts';
