import { SignalboxError } from '../../../kernel/index.ts';
import type { ErrorCode } from '../../../kernel/index.ts';
import type { HttpRequest, HttpResponse } from '../../../links/index.ts';

/** So much of what a service says of its failure is passed on. */
const quotedMost = 160;

/** What the service says of itself. Source: Web API, Response Status Codes; Player error reasons. */
interface Refusal {
  readonly message: string;
  readonly reason: string;
}

/** What an answer that tells of a failure comes to: whose fault it is, and what to do next. */
export function spotifyError(request: HttpRequest, response: HttpResponse): SignalboxError {
  const { status } = response;
  const refusal = refusalOf(response);
  const { message, reason } = refusal;
  const details = { status, reason, message };
  const failed = (code: ErrorCode, text: string, nextStep?: string): SignalboxError =>
    new SignalboxError(code, text, { details, ...(nextStep === undefined ? {} : { nextStep }) });
  switch (status) {
    case 400:
      return failed('BAD_ARGUMENT', `Spotify does not take that: ${message}`);
    case 401:
      return failed('SIGN_IN_REQUIRED', `Spotify refuses the sign-in: ${message}`);
    case 403:
      return forbidden(refusal, failed);
    case 404:
      return missing(refusal, failed);
    default: {
      const label = `${request.method} ${request.path}`;
      if (status < 500)
        return failed('INSTRUMENT_ERROR', `Spotify refused ${label}: ${status} ${message}`);
      // What is not harmless to repeat may have been done.
      if (request.method === 'POST') {
        return failed(
          'OUTCOME_UNKNOWN',
          `Spotify failed at ${label} (${status}), and may have done it`,
        );
      }
      return new SignalboxError(
        'INSTRUMENT_ERROR',
        `Spotify failed at ${label}: ${status} ${message}`,
        {
          details: { ...details, transient: true },
          nextStep: 'Ask again later; status.spotify.dev tells of outages.',
        },
      );
    }
  }
}

type Failed = (code: ErrorCode, text: string, nextStep?: string) => SignalboxError;

function forbidden({ message, reason }: Refusal, failed: Failed): SignalboxError {
  if (reason === 'PREMIUM_REQUIRED' || /premium/i.test(message)) {
    return failed('PREMIUM_REQUIRED', 'the account that is signed in has no Premium');
  }
  if (reason === 'VOLUME_CONTROL_DISALLOW' || /device volume/i.test(message)) {
    return failed(
      'PLAYER_REFUSED',
      'the volume of the active device cannot be set from outside',
      'Set it at the device, or play on one whose volume can be set; `devices` says which.',
    );
  }
  if (/scope/i.test(message)) {
    return failed('SIGN_IN_REQUIRED', 'the sign-in does not cover this', 'Sign in again.');
  }
  if (/not registered|developer/i.test(message)) {
    return failed(
      'FORBIDDEN',
      `the app at Spotify does not serve this account: ${message}`,
      'Add the account under User Management of the app, at developer.spotify.com.',
    );
  }
  const next =
    'Look at the state of the player: it may be doing that already, or an advertisement plays.';
  return failed('PLAYER_REFUSED', `the player does not do this now: ${message}`, next);
}

function missing({ message, reason }: Refusal, failed: Failed): SignalboxError {
  if (reason === 'NO_ACTIVE_DEVICE' || /no active device/i.test(message)) {
    return failed('PLAYER_IDLE', 'no device of the account is active');
  }
  if (/device not found/i.test(message)) {
    return failed(
      'PLAYER_DEVICE_MISSING',
      'the device is gone',
      'Switch it on, or name another one.',
    );
  }
  return failed(
    'BAD_ARGUMENT',
    `Spotify knows nothing of that: ${message}`,
    'Correct the address.',
  );
}

function refusalOf({ body, status }: HttpResponse): Refusal {
  let message = `status ${status}`;
  let reason = '';
  try {
    const answer = JSON.parse(new TextDecoder().decode(body)) as {
      readonly error?: { readonly message?: unknown; readonly reason?: unknown };
    };
    if (typeof answer.error?.message === 'string') message = answer.error.message;
    if (typeof answer.error?.reason === 'string') ({ reason } = answer.error as { reason: string });
  } catch {
    // A page of a proxy, or half an answer: the status says enough.
  }
  return { message: printable(message), reason: printable(reason) };
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, quotedMost);
}
