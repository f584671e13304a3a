import { Option } from 'commander';
import type { Command } from 'commander';
import type { ClientPriority, RequestOptions } from '../client/index.ts';
import { milliseconds } from './arguments.ts';

/** How a request is to be done, as a person says it. */
export interface RequestFlags {
  readonly wait?: number;
  readonly priority?: ClientPriority;
  readonly lease?: string;
}

/** Adds what commands take that ask something of an instrument. */
export function addRequestOptions(command: Command): Command {
  return command
    .option('--wait <ms>', 'how long to wait for its turn (default: 10 s)', milliseconds)
    .addOption(
      new Option('--priority <priority>', 'how urgent it is').choices([
        'safety',
        'interactive',
        'poll',
      ]),
    )
    .addOption(
      new Option('--lease <token>', 'do it under this lease').env('SIGNALBOX_LEASE').hideHelp(),
    );
}

/** The same for the client. Under `signalbox lock` the lease of that command is used. */
export function requestOptions({ wait, priority, lease }: RequestFlags): RequestOptions {
  return {
    ...(wait === undefined ? {} : { waitMs: wait }),
    ...(priority === undefined ? {} : { priority }),
    ...(lease === undefined || lease === '' ? {} : { lease: { token: lease } }),
  };
}
