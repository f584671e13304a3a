/** What a driver of one's own is written with. */
export { defineActor } from './actors/actor.ts';
export type {
  Actor,
  ActorContext,
  ActorLogLevel,
  ActorResources,
  ResourceHold,
  RunningActor,
  RuntimeKind,
  SerialHold,
} from './actors/actor.ts';
export { checkLimits, checkReadable, checkWritable } from './check-value.ts';
export type { Action, ActionContext, Driver, Identity } from './driver.ts';
export type { Access, Parameter, Reading, Value } from './parameter.ts';
