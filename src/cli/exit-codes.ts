import type { SignalboxError } from '../kernel/index.ts';

/** What the exit code of `signalbox` says. docs/reference/command-line.md lists them too. */
export const exitCodes: {
  readonly ok: 0;
  readonly failed: 1;
  readonly caller: 2;
  readonly instrument: 3;
  readonly link: 4;
  readonly signalbox: 5;
  readonly unreachable: 6;
  readonly interrupted: 130;
} = {
  ok: 0,
  /** A check did not pass. */
  failed: 1,
  /** Bad arguments or configuration, or somebody else holds it. */
  caller: 2,
  instrument: 3,
  link: 4,
  /** An error of Signalbox itself. */
  signalbox: 5,
  /** No gateway answers. */
  unreachable: 6,
  interrupted: 130,
};

/** The exit code for an error: by whose fault it is. */
export function exitCodeOf(error: SignalboxError): number {
  if (error.code === 'GATEWAY_UNREACHABLE') return exitCodes.unreachable;
  if (error.code === 'CANCELLED') return exitCodes.interrupted;
  return exitCodes[error.fault];
}
