import type { TracingOptions } from './open-telemetry.ts';
import type { Tracing } from './tracing.ts';

/** Begins to tell a collector of what is asked. OpenTelemetry is loaded only now. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const { OpenTelemetryTracing } = await import('./open-telemetry.ts');
  return new OpenTelemetryTracing(options);
}
