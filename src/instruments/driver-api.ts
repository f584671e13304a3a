/** What a driver of one's own is written with. */
export { checkLimits, checkReadable, checkWritable } from './check-value.ts';
export type { Action, ActionContext, Driver, Identity } from './driver.ts';
export type { Access, Parameter, Reading, Value } from './parameter.ts';
