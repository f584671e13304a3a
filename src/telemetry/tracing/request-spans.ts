import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import type { ErrorCode, SignalboxError } from '../../kernel/index.ts';
import type { RequestTrace, TracedRequest } from '../../ports/index.ts';

/**
 * The spans of one request at a port: the whole of it, and in that by turns its waits in line and its
 * tries on the wire.
 */
export class RequestSpans implements RequestTrace {
  readonly #tracer: Tracer;
  readonly #attributes: Attributes;
  readonly #whole: Span;
  readonly #within: Context;
  #part: Span | undefined;
  #attempts = 0;
  /** When a try came to nothing, ms since 1970: from then on it waits for another one, if there is one. */
  #failedMs: number | undefined;

  constructor(tracer: Tracer, parent: Context, request: TracedRequest) {
    const { port, kind, label, scope, owner, priority } = request;
    this.#tracer = tracer;
    this.#attributes = {
      'signalbox.port': port,
      'signalbox.owner.program': owner.program,
      'signalbox.owner.door': owner.door,
    };
    this.#whole = tracer.startSpan(
      kind === 'lease' ? `lease ${port}` : `transact ${port}`,
      {
        attributes: {
          ...this.#attributes,
          'signalbox.request': label,
          'signalbox.priority': priority,
          'signalbox.owner.id': owner.id,
          ...(scope === undefined ? {} : { 'signalbox.scope': scope }),
          ...(owner.user === undefined ? {} : { 'signalbox.owner.user': owner.user }),
          ...(owner.host === undefined ? {} : { 'signalbox.owner.host': owner.host }),
          ...(owner.pid === undefined ? {} : { 'signalbox.owner.pid': owner.pid }),
        },
      },
      parent,
    );
    this.#within = trace.setSpan(parent, this.#whole);
    this.#begin('wait', {});
  }

  begun(): void {
    if (this.#failedMs !== undefined) this.#begin('wait', {}, this.#failedMs);
    this.#failedMs = undefined;
    this.#attempts += 1;
    this.#end('ok');
    this.#begin('exchange', { 'signalbox.attempt': this.#attempts });
  }

  failed(code: ErrorCode): void {
    this.#end(code);
    this.#failedMs = Date.now();
  }

  ended(failure?: SignalboxError): void {
    const outcome = failure?.code ?? 'ok';
    this.#end(outcome);
    this.#whole.setAttribute('signalbox.attempts', this.#attempts);
    close(this.#whole, outcome, failure?.message);
  }

  #begin(name: string, attributes: Attributes, startTime?: number): void {
    const own = { attributes: { ...this.#attributes, ...attributes } };
    const options = startTime === undefined ? own : { ...own, startTime };
    this.#part = this.#tracer.startSpan(name, options, this.#within);
  }

  #end(outcome: string): void {
    if (this.#part !== undefined) close(this.#part, outcome);
    this.#part = undefined;
  }
}

function close(span: Span, outcome: string, message?: string): void {
  span.setAttribute('signalbox.outcome', outcome);
  if (outcome !== 'ok') {
    span.setStatus({ code: SpanStatusCode.ERROR, message: message ?? outcome });
  }
  span.end();
}
