import type { SpanAttributes, Tracer } from '../../ports/index.ts';

/** What a request that comes in brings along. */
export interface IncomingRequest {
  /** `GET /api/v1/instruments/:instrument`. */
  readonly name: string;
  readonly attributes: SpanAttributes;
  /** W3C Trace Context: whose part it is. Absent where the caller says nothing, or nonsense. */
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** A request that came in, until it is answered. */
export interface IncomingSpan {
  /** Goes on with it: what is asked from within is a part of it. */
  run(goOn: () => void): void;
  /** @param isFailed whether it was this gateway that failed */
  end(attributes: SpanAttributes, isFailed: boolean): void;
}

/** Follows what is asked from where it comes in to the wire, and tells a collector of it. */
export interface Tracing extends Tracer, AsyncDisposable {
  incoming(request: IncomingRequest): IncomingSpan;
}
