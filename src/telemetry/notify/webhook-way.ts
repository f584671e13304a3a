import { createHmac } from 'node:crypto';
import type { WebhookConfig } from '../../config/index.ts';
import { isLoopback, SignalboxError } from '../../kernel/index.ts';
import { readSecret } from './secret.ts';
import { subjectLine } from './way.ts';
import type { Way, WayMessage } from './way.ts';

/** What says that a message itself is no good, and will not be later either. RFC 9110, 15.5. */
const refusals: readonly number[] = [400, 405, 406, 410, 411, 413, 414, 415, 422, 431];
/** A receiver that asks for a longer pause is asked again after this. */
const pauseMostMs = 3_600_000;

/**
 * Posts messages as JSON. Their headers are those of Standard Webhooks 1.0.0 (webhook-id,
 * webhook-timestamp, webhook-signature), for which there are libraries; the key is in Idempotency-Key too.
 */
export class WebhookWay implements Way {
  readonly kind = 'webhook';
  readonly address: string;
  readonly #config: WebhookConfig;
  readonly #now: () => number;

  /** @param now for the time that is signed, ms since 1970 */
  constructor(config: WebhookConfig, now: () => number) {
    this.#config = config;
    this.#now = now;
    this.address =
      config.url === undefined
        ? `(address in ${config.urlFile ?? config.urlEnvironment})`
        : new URL(config.url).origin;
  }

  async send(message: WayMessage, signal: AbortSignal): Promise<void> {
    const { tokenFile, tokenEnvironment, signingKeyFile, signingKeyEnvironment } = this.#config;
    const url = await this.#url();
    const token = await readSecret({ file: tokenFile, environment: tokenEnvironment });
    const key = await readSecret({ file: signingKeyFile, environment: signingKeyEnvironment });
    const body = bodyOf(message);
    const seconds = Math.floor(this.#now() / 1_000);
    const signature = key === undefined ? undefined : signatureOf(key, message.key, seconds, body);
    const response = await this.#post(url, signal, body, {
      'content-type': 'application/json',
      'user-agent': 'signalbox',
      'idempotency-key': message.key,
      'webhook-id': message.key,
      'webhook-timestamp': String(seconds),
      ...(signature === undefined ? {} : { 'webhook-signature': signature }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    });
    // What it says besides is of no use, and may be long.
    await response.body?.cancel().catch(() => {});
    if (!response.ok) throw this.#failure(response);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #url(): Promise<URL> {
    const { url, urlFile, urlEnvironment, allowUnencrypted } = this.#config;
    const text = url ?? (await readSecret({ file: urlFile, environment: urlEnvironment }));
    const parsed = URL.parse(text ?? '');
    const isPlain = parsed?.protocol === 'http:';
    if (parsed === null || (!isPlain && parsed.protocol !== 'https:')) {
      throw new SignalboxError('NOTICE_FAILED', `${this.address} is no address of the web`);
    }
    if (isPlain && !allowUnencrypted && !isLoopback(parsed.hostname.replaceAll(/[[\]]/g, ''))) {
      throw new SignalboxError(
        'NOTICE_FAILED',
        `${this.address}: what is sent there can be read on the way`,
        { nextStep: 'Use https, or say allowUnencrypted = true.' },
      );
    }
    return parsed;
  }

  async #post(
    url: URL,
    signal: AbortSignal,
    body: string,
    headers: Record<string, string>,
  ): Promise<Response> {
    try {
      // Who is led elsewhere takes what is secret along.
      return await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' });
    } catch (error) {
      // The address itself may be in what fetch says.
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      const why = signal.aborted ? 'no answer in time' : (code ?? 'it cannot be reached');
      throw new SignalboxError('NOTICE_FAILED', `${this.address}: ${why}`);
    }
  }

  #failure({ status, headers }: Response): SignalboxError {
    const message = `${this.address} answered with status ${status}`;
    if (refusals.includes(status)) return new SignalboxError('NOTICE_REFUSED', message);
    const retryAfterMs = pauseOf(headers.get('retry-after'), this.#now());
    return new SignalboxError('NOTICE_FAILED', message, {
      details: {
        status,
        // Elsewhere, or not let in: that is to be mended, and then the message is good.
        isAnswered: status >= 500,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      },
    });
  }
}

/** What is sent: the alert as the API has it, and a line for people. */
export function bodyOf({ key, event, atMs, gateway, ...rest }: WayMessage): string {
  const text = subjectLine({ key, event, atMs, gateway, ...rest });
  const { alert } = rest;
  const at = new Date(atMs).toISOString();
  return JSON.stringify({ type: `alert.${event}`, key, event, at, atMs, gateway, text, alert });
}

/** Standard Webhooks 1.0.0: `whsec_` and base64, or the bytes as they are written. */
function signatureOf(secret: string, id: string, seconds: number, body: string): string {
  const prefix = 'whsec_';
  const key = secret.startsWith(prefix)
    ? Buffer.from(secret.slice(prefix.length), 'base64')
    : Buffer.from(secret);
  const signed = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return `v1,${signed}`;
}

/** Retry-After: seconds, or a date. RFC 9110, 10.2.3. */
function pauseOf(text: string | null, nowMs: number): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), pauseMostMs);
}
