import { BackOff, hasCode, SignalboxError, sleep, systemClock } from '../kernel/index.ts';
import type { Clock } from '../kernel/index.ts';
import { EventParser } from './server-sent-events.ts';
import type { ServerSentEvent } from './server-sent-events.ts';
import { silenceLongestMs } from './transport.ts';
import type { Call, Transport } from './transport.ts';
import type { StreamOptions } from './client-options.ts';

/** For so long a stream that broke is opened again; then its loop ends with an error. */
export const reopenLongestMs = 60_000;

/** What streams are opened with. */
type StreamSource = Pick<Transport, 'url' | 'stream'>;

/**
 * The events of a stream. When the connection breaks it is opened again, from the last event on,
 * for {@link reopenLongestMs}; then the loop ends with GATEWAY_UNREACHABLE. Leaving the loop, or
 * the signal, ends the stream.
 */
export async function* eventsOf(
  transport: StreamSource,
  call: Call,
  { signal, connection }: StreamOptions,
  clock: Clock = systemClock,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const backOff = new BackOff();
  let brokenMs: number | undefined;
  let lastId: string | undefined;
  let state: 'new' | 'open' | 'lost' = 'new';
  const opened = (): void => {
    if (state === 'lost') connection?.({ state: 'back', message: `${transport.url} is back` });
    state = 'open';
  };
  for (;;) {
    if (isAborted(signal)) return;
    let why = `${transport.url} has ended the stream`;
    try {
      const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
      for await (const event of eventsOnce(
        transport,
        { ...call, headers, signal },
        clock,
        opened,
      )) {
        backOff.reset();
        brokenMs = undefined;
        lastId = event.id ?? lastId;
        yield event;
      }
    } catch (error) {
      if (isAborted(signal)) return;
      // What answers with an error of another kind answers: trying again would not help.
      if (state === 'new' || !hasCode(error, 'GATEWAY_UNREACHABLE', 'CLOSED')) throw error;
      if (error instanceof SignalboxError) why = error.message;
    }
    if (isAborted(signal)) return;
    const nowMs = clock.monotonic();
    brokenMs ??= nowMs;
    if (nowMs - brokenMs > reopenLongestMs) {
      throw new SignalboxError('GATEWAY_UNREACHABLE', `the stream of ${transport.url} broke off`);
    }
    if (state !== 'lost') {
      state = 'lost';
      connection?.({ state, message: `${why}; trying again for ${reopenLongestMs / 1_000} s` });
    }
    try {
      await sleep(clock, backOff.nextMs(), signal);
    } catch {
      return;
    }
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function* eventsOnce(
  transport: StreamSource,
  call: Call,
  clock: Clock,
  opened: () => void,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const stop = new AbortController();
  const ended = (): void => stop.abort(call.signal?.reason);
  call.signal?.addEventListener('abort', ended, { once: true });
  const silent = (): void =>
    stop.abort(new SignalboxError('GATEWAY_UNREACHABLE', `${transport.url} has fallen silent`));
  let timer = clock.schedule(silenceLongestMs, silent);
  try {
    const body = await transport.stream(call, stop.signal);
    opened();
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      timer.cancel();
      timer = clock.schedule(silenceLongestMs, silent);
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } catch (error) {
    if (error instanceof SignalboxError) throw error;
    throw new SignalboxError('GATEWAY_UNREACHABLE', `the stream of ${transport.url} broke`, {
      cause: error,
    });
  } finally {
    timer.cancel();
    call.signal?.removeEventListener('abort', ended);
    stop.abort();
  }
}
