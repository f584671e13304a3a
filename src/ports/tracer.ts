import type { ErrorCode, Owner, SignalboxError } from '../kernel/index.ts';
import type { Priority } from './transaction.ts';

/** What is told of a span, besides its name and times. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A request as it comes to a port. */
export interface TracedRequest {
  readonly port: string;
  readonly kind: 'transaction' | 'lease';
  readonly label: string;
  /** The instrument on the port: `node 3`. */
  readonly scope: string | undefined;
  readonly owner: Owner;
  readonly priority: Priority;
}

/** Follows one request from its asking to its end. */
export interface RequestTrace {
  /** Its wait is over: it goes on the wire, for the first time or again. */
  begun(): void;
  /** A try came to nothing; it waits for another one, or ends. */
  failed(code: ErrorCode): void;
  /** It succeeded, unless there is a failure. Told once. */
  ended(failure?: SignalboxError): void;
}

/**
 * Follows what is asked from where it comes in to the wire, as a tree of spans. A port without one does
 * nothing for it.
 */
export interface Tracer {
  /** Does something as a part of what it was asked for, in a span of its own. */
  within<Result>(
    name: string,
    attributes: SpanAttributes,
    run: () => Promise<Result>,
  ): Promise<Result>;
  /** A request that is a part of what it was asked for. @returns undefined when it is not followed */
  request(request: TracedRequest): RequestTrace | undefined;
}
