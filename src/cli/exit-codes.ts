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
  readonly disk: 7;
  readonly clock: 8;
  readonly tokens: 9;
  readonly notExecutable: 126;
  readonly notFound: 127;
  readonly interrupted: 130;
  readonly unread: 141;
  readonly terminated: 143;
} = {
  ok: 0,
  /** `doctor` found something that has no code of its own. */
  failed: 1,
  /** Bad arguments or configuration, or somebody else holds it. */
  caller: 2,
  instrument: 3,
  link: 4,
  /** An error of Signalbox itself. */
  signalbox: 5,
  /** No gateway answers. */
  unreachable: 6,
  /** `test` or `doctor`: the disk, the clock, tokens. */
  disk: 7,
  clock: 8,
  tokens: 9,
  /** The command of `lock` cannot be run, or does not exist: as shells have it. */
  notExecutable: 126,
  notFound: 127,
  /** By SIGINT, SIGPIPE, SIGTERM: 128 and the number of the signal, as shells have it. */
  interrupted: 130,
  unread: 141,
  terminated: 143,
};

/** The exit code for an error: by whose fault it is. */
export function exitCodeOf(error: SignalboxError): number {
  if (error.code === 'GATEWAY_UNREACHABLE') return exitCodes.unreachable;
  if (error.code === 'CANCELLED') return exitCodes.interrupted;
  return exitCodes[error.fault];
}
