import { SignalboxError } from '../../kernel/index.ts';
import type { Actor, RuntimeKind } from '../../instruments/index.ts';

/**
 * The actor that a module exports as its default.
 * @param url of the module
 * @throws CONFIG_INVALID for a module that is not there or exports none, or one that cannot run so
 */
export async function loadActor(url: string, runtime: RuntimeKind): Promise<Actor> {
  const actor = await defaultExport(url);
  if (!isActor(actor)) {
    throw invalid(url, 'has no actor as its default export', {
      nextStep: 'Export one: `export default defineActor({ runtimes, start })`.',
    });
  }
  if (actor.runtimes.includes(runtime)) return actor;
  throw invalid(url, `says that it cannot run ${runtime}, only ${actor.runtimes.join(' or ')}`, {
    nextStep: 'List it under the runtime that it can run in.',
  });
}

async function defaultExport(url: string): Promise<unknown> {
  try {
    const module = (await import(url)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    throw invalid(
      url,
      `cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

function isActor(value: unknown): value is Actor {
  return (
    typeof value === 'object' &&
    value !== null &&
    'start' in value &&
    typeof value.start === 'function' &&
    'runtimes' in value &&
    Array.isArray(value.runtimes)
  );
}

function invalid(
  url: string,
  what: string,
  more: { readonly nextStep?: string; readonly cause?: unknown },
): SignalboxError {
  return new SignalboxError('CONFIG_INVALID', `the module ${url} ${what}`, more);
}
