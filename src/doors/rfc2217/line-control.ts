import { SignalboxError, sleep } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { LinkAbilities, Transaction } from '../../ports/index.ts';
import type { ComPortControl } from '../../protocols/index.ts';

/** How long a break lasts, ms. A client's own wish to end it comes too late or too soon for others. */
export const breakMs = 250;
/** How long the link may take to set its lines. */
const lineTimeoutMs = 2_000;

type Change = (
  link: Required<Pick<LinkAbilities, 'setLines'>>,
  clock: Clock,
  signal: AbortSignal,
) => Promise<void>;

/** What sets lines of the wire. RFC 2217, section 3, SET-CONTROL 5, 8, 9, 11 and 12. */
const changes: Readonly<Partial<Record<ComPortControl, Change>>> = {
  'dtr-on': async (link) => await link.setLines({ dtr: true }),
  'dtr-off': async (link) => await link.setLines({ dtr: false }),
  'rts-on': async (link) => await link.setLines({ rts: true }),
  'rts-off': async (link) => await link.setLines({ rts: false }),
  'break-on': async (link, clock, signal) => {
    await link.setLines({ break: true });
    try {
      await sleep(clock, breakMs, signal);
    } finally {
      await link.setLines({ break: false });
    }
  },
};

/**
 * What a client's control does to the wire, in its turn, so that it falls into nobody's request.
 * Undefined for what does nothing to it: a question, flow control, the end of a break.
 */
export function lineChange(
  control: ComPortControl | 'unknown',
  clock: Clock,
): Transaction<void> | undefined {
  const change = control === 'unknown' ? undefined : changes[control];
  if (change === undefined) return undefined;
  return {
    label: control,
    timeoutMs: lineTimeoutMs,
    repeat: 'never',
    attempt: () => ({
      request: new Uint8Array(),
      operate: async (link, signal) => {
        if (link.setLines === undefined) throw noLines(control);
        const setLines = link.setLines.bind(link);
        await change({ setLines }, clock, signal);
      },
    }),
  };
}

function noLines(control: string): SignalboxError {
  return new SignalboxError('INSTRUMENT_ERROR', `${control}: this port has no lines to set`);
}
