import type { LinkAbilities, Repeat, Transaction } from '../../../ports/index.ts';

const encoder = new TextEncoder();

/** What is done with a link that carries requests and no bytes. */
export interface LinkOperation<Reply> {
  readonly label: string;
  readonly timeoutMs: number;
  readonly repeat: Repeat;
  /** What the trace shows of it: nothing that is secret. No bytes of it are sent. */
  readonly traced: string;
  readonly run: (link: LinkAbilities, signal: AbortSignal) => Promise<Reply>;
}

/** The same as a transaction, in line like any other. */
export function linkOperation<Reply>({
  traced,
  run,
  ...rest
}: LinkOperation<Reply>): Transaction<Reply> {
  const request = encoder.encode(traced);
  return {
    ...rest,
    attempt: () => ({
      request,
      operate: run,
    }),
  };
}
