import { BackOff, hasCode, SignalboxError, sleep, systemClock } from '../kernel/index.ts';
import { EventParser } from './server-sent-events.ts';
import type { ServerSentEvent } from './server-sent-events.ts';
import { silenceLongestMs } from './transport.ts';
import type { Call, Transport } from './transport.ts';

/** Whether a stream that broke is opened again, and how long that is tried. */
export const reopenLongestMs = 60_000;

/**
 * The events of a stream. When the connection breaks it is opened again, from the last event on,
 * for {@link reopenLongestMs}; then the loop ends with GATEWAY_UNREACHABLE. Leaving the loop, or
 * the signal, ends the stream.
 */
export async function* eventsOf(
  transport: Transport,
  call: Call,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const backOff = new BackOff();
  let brokenMs: number | undefined;
  let lastId: string | undefined;
  for (;;) {
    if (isAborted(signal)) return;
    try {
      const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
      for await (const event of eventsOnce(transport, { ...call, headers, signal })) {
        backOff.reset();
        brokenMs = undefined;
        lastId = event.id ?? lastId;
        yield event;
      }
    } catch (error) {
      if (isAborted(signal)) return;
      if (!hasCode(error, 'GATEWAY_UNREACHABLE', 'CLOSED')) throw error;
      if (brokenMs === undefined && lastId === undefined && backOff.attempts === 0) throw error;
    }
    const nowMs = systemClock.monotonic();
    brokenMs ??= nowMs;
    if (nowMs - brokenMs > reopenLongestMs) {
      throw new SignalboxError('GATEWAY_UNREACHABLE', `the stream of ${transport.url} broke off`);
    }
    try {
      await sleep(systemClock, backOff.nextMs(), signal);
    } catch {
      return;
    }
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

async function* eventsOnce(
  transport: Transport,
  call: Call,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const stop = new AbortController();
  const ended = (): void => stop.abort(call.signal?.reason);
  call.signal?.addEventListener('abort', ended, { once: true });
  const silent = (): void =>
    stop.abort(new SignalboxError('GATEWAY_UNREACHABLE', `${transport.url} has fallen silent`));
  let timer = systemClock.schedule(silenceLongestMs, silent);
  try {
    const body = await transport.stream(call, stop.signal);
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      timer.cancel();
      timer = systemClock.schedule(silenceLongestMs, silent);
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
