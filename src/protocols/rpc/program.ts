import type { XdrType } from './xdr-type.ts';

/** One procedure: its number, and how its arguments and results go over the wire. */
export interface RpcProcedure<Args, Results> {
  readonly number: number;
  readonly args: XdrType<Args>;
  readonly results: XdrType<Results>;
}

/** The procedures of a program by name. */
export type RpcProcedures = Readonly<Record<string, RpcProcedure<unknown, unknown>>>;

/** A program in one version. Each has a procedure 0 besides, which takes and gives nothing. */
export interface RpcProgram<Procedures extends RpcProcedures = RpcProcedures> {
  /** In messages for people. */
  readonly name: string;
  readonly program: number;
  readonly version: number;
  readonly procedures: Procedures;
}

/** What a procedure takes. */
export type ArgsOf<Procedure> = Procedure extends RpcProcedure<infer Args, unknown> ? Args : never;

/** What a procedure gives. */
export type ResultsOf<Procedure> =
  Procedure extends RpcProcedure<unknown, infer Results> ? Results : never;

/** The procedure that every program has: nothing happens. RFC 5531, section 12.1. */
export const nullProcedure = 0;
