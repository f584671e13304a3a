import type { FastifyReply, FastifyRequest } from 'fastify';

import { describeOwner } from '../../kernel/index.ts';
import type { Owner } from '../../kernel/index.ts';
import { EventStream } from './event-stream.ts';
import type { RouteContext } from './route-context.ts';
import { streamHeaders } from './stream-headers.ts';

/**
 * Answers a request with server-sent events.
 * @param what it is: shown to others
 * @throws QUEUE_FULL when too many streams are open, CLOSED
 */
export function openStream(
  { clock, hub, eventEncoding, guard, log, streams }: RouteContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { what, by }: { readonly what: string; readonly by: Owner },
): EventStream {
  streams.check();
  reply.hijack();
  const stream = new EventStream({
    response: reply.raw,
    clock,
    hub,
    encoding: eventEncoding,
    label: `${what} ${describeOwner(by)}`,
    headers: streamHeaders(guard, request),
    checkAllowed: () => guard.checkAgain(request.raw),
    dropped: (error) => log.info('a stream was ended', { owner: by, error }),
  });
  const place = streams.add(() => stream[Symbol.dispose]());
  stream.signal.addEventListener('abort', () => place[Symbol.dispose](), { once: true });
  return stream;
}
