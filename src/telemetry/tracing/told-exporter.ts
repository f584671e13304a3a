import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** Passes spans on, and tells when the collector stops taking them, and when it takes them again. */
export class ToldExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #told: (failure: string | undefined) => void;
  #isFailing = false;

  constructor(exporter: SpanExporter, told: (failure: string | undefined) => void) {
    this.#exporter = exporter;
    this.#told = told;
  }

  export(spans: ReadableSpan[], done: (result: Result) => void): void {
    this.#exporter.export(spans, (result) => {
      const isFailing = result.code !== ExportResultCode.SUCCESS;
      if (isFailing !== this.#isFailing) {
        this.#isFailing = isFailing;
        this.#told(isFailing ? (result.error?.message ?? 'no reason was given') : undefined);
      }
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await this.#exporter.shutdown();
  }
}
