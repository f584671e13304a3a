import { asSignalboxError, errorCatalogue, SignalboxError } from '../../kernel/index.ts';
import type { ErrorReport } from '../../kernel/index.ts';

/** The body of every answer that tells of a failure. */
export interface ErrorAnswer {
  readonly error: ErrorReport & { readonly requestId: string };
}

/**
 * The error as clients may see it. What is not one of ours is our own failure: its text may name
 * files and secrets, so it goes to the log only.
 */
export function publicError(error: unknown, requestId: string): SignalboxError {
  const known = fromFramework(error) ?? asSignalboxError(error);
  if (known.code !== 'INTERNAL') return known;
  return new SignalboxError('INTERNAL', `Signalbox failed at request ${requestId}`, {
    cause: error,
  });
}

/** An error as the body of an answer. */
export function errorAnswer(error: SignalboxError, requestId: string): ErrorAnswer {
  return { error: { ...error.toJSON(), details: plain(error.details), requestId } };
}

/** The HTTP status of an error: what the catalogue says. */
export function statusOf(error: SignalboxError): number {
  return errorCatalogue[error.code].httpStatus;
}

/** Bad requests that fastify itself refuses: too large, not JSON, a malformed path. */
function fromFramework(error: unknown): SignalboxError | undefined {
  if (!(error instanceof Error) || error instanceof SignalboxError) return undefined;
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  const isBadRequest = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  const isFramework = typeof code === 'string' && code.startsWith('FST_');
  if (!isBadRequest || !(isFramework || error instanceof SyntaxError)) return undefined;
  return new SignalboxError('BAD_ARGUMENT', error.message.split('\n')[0] ?? 'bad request');
}

/** Details as JSON can carry them; those that it cannot are left out. */
function plain(details: ErrorReport['details']): ErrorReport['details'] {
  try {
    JSON.stringify(details);
    return details;
  } catch {
    return {};
  }
}
