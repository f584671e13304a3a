import { hasCode } from '../../../kernel/index.ts';
import type { SignalboxError } from '../../../kernel/index.ts';

/** What the worker says to a command. */
export type CommandResponse =
  | { readonly status: 'ok'; readonly data: unknown; readonly id: string }
  | {
      readonly status: 'error';
      /** What went wrong, in words. */
      readonly data: string;
      readonly id: string;
      /** The same as an error. */
      readonly error: SignalboxError;
    };

/** The command that failed. */
export interface FailedCommand {
  readonly id: string;
  readonly command: string;
  readonly isMock: boolean;
}

/** The response that a failure is; undefined where the worker has not answered. */
export function failed(
  error: SignalboxError,
  { id, command, isMock }: FailedCommand,
): CommandResponse | undefined {
  if (hasCode(error, 'NOT_FOUND')) {
    const data = isMock ? `Unknown mock command: ${command}` : `Unknown command: ${command}`;
    return { status: 'error', data, id, error };
  }
  const isAnswer = hasCode(error, 'WORKER_FAILED', 'BAD_ARGUMENT') && 'rpcCode' in error.details;
  if (!isAnswer) return undefined;
  // Who asked knows whom it asked for what.
  const data = error.message.replace(/^[^:]*, [^:]*: /, '');
  return { status: 'error', data, id, error };
}
