import { AsyncLocalStorage } from 'node:async_hooks';
import {
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Attributes, Context, Span, Tracer as OtelTracer } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { asSignalboxError } from '../../kernel/index.ts';
import type { RequestTrace, SpanAttributes, TracedRequest } from '../../ports/index.ts';
import { RequestSpans } from './request-spans.ts';
import { ToldExporter } from './told-exporter.ts';
import type { IncomingRequest, IncomingSpan, Tracing } from './tracing.ts';

/** So many spans wait to be sent; more are dropped. */
export const waitingSpansMost = 8_192;
/** So many are sent together. */
const sentTogetherMost = 512;
/** How long one lot may take to be taken. */
const exportLongestMs = 10_000;
/** How long one waits for others before it is sent. */
const sendEveryMs = 1_000;
/** How long an end waits for what is not sent yet. */
export const flushLongestMs = 1_000;

export interface TracingOptions {
  /** Where a collector takes OTLP over HTTP: `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The part of what begins here that is followed, from 0 to 1. What a caller follows is, or is not, as the caller has it. */
  readonly sampleShare: number;
  /** The service, as the collector knows it. */
  readonly serviceName: string;
  /** Of Signalbox. */
  readonly version: string;
  /** Told when the collector stops taking spans, and when it takes them again. */
  readonly told?: (failure: string | undefined) => void;
}

/** Tracing by OpenTelemetry. Loaded only where a configuration asks for it. */
export class OpenTelemetryTracing implements Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: OtelTracer;
  readonly #propagator = new W3CTraceContextPropagator();
  readonly #here = new AsyncLocalStorage<Context>();

  constructor(options: TracingOptions) {
    const { endpoint, headers, sampleShare, serviceName, version, told } = options;
    const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
    const exporter = new OTLPTraceExporter({
      url,
      headers: { ...headers },
      timeoutMillis: exportLongestMs,
    });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': serviceName,
        'service.version': version,
        'process.pid': process.pid,
      }),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleShare) }),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new ToldExporter(exporter, told ?? (() => {})),
          maxQueueSize: waitingSpansMost,
          maxExportBatchSize: sentTogetherMost,
          scheduledDelayMillis: sendEveryMs,
          exportTimeoutMillis: exportLongestMs,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('signalbox', version);
  }

  async within<Result>(
    name: string,
    attributes: SpanAttributes,
    run: () => Promise<Result>,
  ): Promise<Result> {
    const parent = this.#parent();
    const options = { attributes: plain(attributes) };
    const span = this.#tracer.startSpan(name, options, parent);
    return await this.#here.run(trace.setSpan(parent, span), async () => await ended(span, run));
  }

  request(request: TracedRequest): RequestTrace {
    return new RequestSpans(this.#tracer, this.#parent(), request);
  }

  incoming({ name, attributes, traceparent, tracestate }: IncomingRequest): IncomingSpan {
    const carrier = { traceparent, tracestate };
    const parent = this.#propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    const options = { kind: SpanKind.SERVER, attributes: plain(attributes) };
    const span = this.#tracer.startSpan(name, options, parent);
    const within = trace.setSpan(parent, span);
    return {
      run: (goOn) => this.#here.run(within, goOn),
      end: (more, isFailed) => {
        span.setAttributes(plain(more));
        if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  /** Sends what waits, for {@link flushLongestMs} at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, flushLongestMs);
    await Promise.race([this.#provider.shutdown().catch(() => {}), promise]);
    clearTimeout(timer);
  }

  #parent(): Context {
    return this.#here.getStore() ?? ROOT_CONTEXT;
  }
}

async function ended<Result>(span: Span, run: () => Promise<Result>): Promise<Result> {
  try {
    const result = await run();
    span.setAttribute('signalbox.outcome', 'ok');
    return result;
  } catch (thrown) {
    const { code, fault, message } = asSignalboxError(thrown);
    span.setAttributes({ 'signalbox.outcome': code, 'signalbox.fault': fault });
    span.setStatus({ code: SpanStatusCode.ERROR, message });
    throw thrown;
  } finally {
    span.end();
  }
}

function plain(attributes: SpanAttributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
