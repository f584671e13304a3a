import { SignalboxError } from '../../../kernel/index.ts';
import type { Repeat, Transaction } from '../../../ports/index.ts';
import { encodeMessage, proparStatus } from '../../../protocols/index.ts';
import type { SentItem } from '../../../protocols/index.ts';
import { statusError } from './propar-wire.ts';
import type { ProparWire } from './propar-wire.ts';
import { scopeOf } from './read-chain.ts';

export interface WriteOptions {
  readonly label: string;
  readonly timeoutMs?: number;
  /** Says when it is secured and was not unlocked: the refusal is told as that. */
  readonly isLocked?: boolean;
  /** Reads it back where that tells whether it took effect. @default never repeated */
  readonly readBack?: Transaction<boolean>;
}

/** Writes values with acknowledgement, chained into one message. */
export function writeItems(
  wire: ProparWire,
  node: number,
  items: readonly SentItem[],
  options: WriteOptions,
): Transaction<void> {
  const { label, isLocked = false, readBack } = options;
  const data = encodeMessage({ kind: 'send', command: 1, items });
  const repeat: Repeat = readBack === undefined ? 'never' : 'verify';
  return {
    label,
    ...scopeOf(node),
    timeoutMs: options.timeoutMs ?? wire.timeoutMs,
    repeat,
    ...(readBack === undefined ? {} : { verification: { readBack, reply: undefined } }),
    attempt: () =>
      wire.attemptAs(node, data, (message) => {
        if (message.kind !== 'status') {
          throw new SignalboxError('REPLY_MALFORMED', `${label} was answered by no status`);
        }
        const { status, position } = message;
        if (status === proparStatus.ok) return;
        const isRefusal =
          status === proparStatus.parameterValue || status === proparStatus.readOnly;
        if (isLocked && isRefusal) {
          throw new SignalboxError('SECURED', `${label}: the parameter is secured`, {
            details: { status },
          });
        }
        throw statusError(status, position, label);
      }),
  };
}

/** Writes values without acknowledgement: nobody knows whether they arrived. */
export function sendItems(
  wire: ProparWire,
  node: number,
  items: readonly SentItem[],
  options: Pick<WriteOptions, 'label'> & {
    /** 3 sends them as a broadcast. @default 2 */
    readonly command?: 2 | 3;
  },
): Transaction<void> {
  const data = encodeMessage({ kind: 'send', command: options.command ?? 2, items });
  return {
    label: options.label,
    ...scopeOf(node),
    timeoutMs: wire.timeoutMs,
    repeat: 'never',
    attempt: () => ({ request: wire.attempt(node, data).request }),
  };
}

/** Any message as it is; its reply too, whatever it says: for programs that speak ProPar themselves. */
export function rawMessage(
  wire: ProparWire,
  node: number,
  data: Uint8Array,
  options: { readonly label: string; readonly expectsReply: boolean; readonly timeoutMs?: number },
): Transaction<{ readonly data: Uint8Array; readonly errorCode?: number } | undefined> {
  const { label, expectsReply } = options;
  return {
    label,
    ...scopeOf(node),
    timeoutMs: options.timeoutMs ?? wire.timeoutMs,
    repeat: 'never',
    attempt: () => {
      const attempt = wire.attempt(node, data);
      return expectsReply ? attempt : { request: attempt.request };
    },
  };
}
