export type { Action, ActionContext, Driver, Identity } from './driver.ts';
export type { Access, Parameter, Reading, Value } from './parameter.ts';
