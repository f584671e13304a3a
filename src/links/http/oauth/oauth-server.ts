import * as oauth from 'oauth4webapi';
import { SignalboxError, systemClock } from '../../../kernel/index.ts';
import type { Clock } from '../../../kernel/index.ts';
import { HttpClient } from '../http-client.ts';
import { retryAfterMs } from '../retry-after.ts';

/** How long one request to it may take, with the connection, in ms. */
export const oauthTimeoutMs = 10_000;
/** How long an access token is taken to live whose life the server does not tell. */
const usualLifeMs = 3_600_000;

export interface OAuthServerOptions {
  /** Where the user agrees: `https://accounts.spotify.com/authorize`. */
  readonly authorizationUrl: string;
  /** `https://accounts.spotify.com/api/token` */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** @default systemClock */
  readonly clock?: Clock;
}

/** What a server gave. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly lifeMs: number;
  /** Absent where the one that was shown goes on. */
  readonly refreshToken?: string;
  readonly scope?: string;
}

/** What the browser is sent to, and what it has to come back with. */
export interface AuthorizationRequest {
  readonly url: URL;
  readonly state: string;
  readonly verifier: string;
}

/**
 * The accounts server of a web service, for an app that has no secret (RFC 6749; PKCE, RFC 7636). No
 * error of it carries what it was sent or what it answered: both hold secrets.
 */
export class OAuthServer implements Disposable {
  readonly clientId: string;
  readonly #options: OAuthServerOptions;
  readonly #server: oauth.AuthorizationServer;
  readonly #client: oauth.Client;
  readonly #http = new HttpClient();
  readonly #clock: Clock;

  constructor(options: OAuthServerOptions) {
    this.#options = options;
    this.clientId = options.clientId;
    this.#clock = options.clock ?? systemClock;
    this.#client = { client_id: options.clientId };
    this.#server = {
      issuer: new URL(options.authorizationUrl).origin,
      authorization_endpoint: options.authorizationUrl,
      token_endpoint: options.tokenUrl,
    };
  }

  /** @param redirectUri where the browser comes back to */
  async authorization(redirectUri: string): Promise<AuthorizationRequest> {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = new URL(this.#options.authorizationUrl);
    url.search = new URLSearchParams({
      client_id: this.clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: this.#options.scopes.join(' '),
      state,
      code_challenge_method: 'S256',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    }).toString();
    return { url, state, verifier };
  }

  /**
   * The tokens for the code that a browser came back with.
   * @throws SIGN_IN_REQUIRED when consent was denied or the code is not good; as {@link refresh}
   */
  async exchange(
    callback: URL,
    { state, verifier }: Pick<AuthorizationRequest, 'state' | 'verifier'>,
    redirectUri: string,
  ): Promise<IssuedTokens> {
    let parameters: URLSearchParams;
    try {
      parameters = oauth.validateAuthResponse(this.#server, this.#client, callback, state);
    } catch (error) {
      const why =
        error instanceof oauth.AuthorizationResponseError
          ? error.error
          : 'an answer of the wrong form';
      throw new SignalboxError('SIGN_IN_REQUIRED', `the sign-in was not agreed to: ${plain(why)}`, {
        details: { reason: plain(why) },
      });
    }
    return await this.#grant(
      'authorization code',
      async (options) =>
        await oauth.authorizationCodeGrantRequest(
          this.#server,
          this.#client,
          oauth.None(),
          parameters,
          redirectUri,
          verifier,
          options,
        ),
      async (response) =>
        await oauth.processAuthorizationCodeResponse(this.#server, this.#client, response),
    );
  }

  /**
   * One try, without a repetition.
   * @throws SIGN_IN_REQUIRED for `invalid_grant`, which is final; RATE_LIMITED, INSTRUMENT_OFFLINE,
   *   LINK_COMMUNICATION, INSTRUMENT_TIMEOUT and INSTRUMENT_ERROR with `transient` may pass by themselves
   */
  async refresh(refreshToken: string): Promise<IssuedTokens> {
    return await this.#grant(
      'refresh token',
      async (options) =>
        await oauth.refreshTokenGrantRequest(
          this.#server,
          this.#client,
          oauth.None(),
          refreshToken,
          options,
        ),
      async (response) =>
        await oauth.processRefreshTokenResponse(this.#server, this.#client, response),
    );
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]();
  }

  async #grant(
    what: string,
    ask: (options: oauth.TokenEndpointRequestOptions) => Promise<Response>,
    process: (response: Response) => Promise<oauth.TokenEndpointResponse>,
  ): Promise<IssuedTokens> {
    const { host } = new URL(this.#options.tokenUrl);
    const late = new AbortController();
    const timer = this.#clock.schedule(oauthTimeoutMs, () => {
      const text = `${host} gave no tokens within ${oauthTimeoutMs} ms`;
      late.abort(
        new SignalboxError('INSTRUMENT_TIMEOUT', text, { details: { host, oauthTimeoutMs } }),
      );
    });
    try {
      const response = await ask({
        // The client refuses plain http beyond this machine by itself.
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: async (url, init) => await this.#send(url, init, late.signal),
      });
      this.#throwIfBusy(response, host);
      return issued(await process(response));
    } catch (error) {
      throw this.#failure(error, what, host);
    } finally {
      timer.cancel();
    }
  }

  async #send(
    url: string,
    {
      method,
      headers,
      body,
    }: { method: string; headers: Record<string, string>; body: URLSearchParams },
    signal: AbortSignal,
  ): Promise<Response> {
    const text = body.toString();
    const length = String(Buffer.byteLength(text));
    const response = await this.#http.send(
      {
        method,
        url: new URL(url),
        headers: { ...headers, 'content-length': length },
        body: text,
        mayReuse: false,
      },
      signal,
    );
    const { status, headers: named } = response;
    return new Response(Buffer.from(response.body), { status, headers: named });
  }

  #throwIfBusy(response: Response, host: string): void {
    const { status } = response;
    if (status === 429) {
      const headers = Object.fromEntries(response.headers);
      const forMs = retryAfterMs({ headers }, this.#clock.now());
      const text = `${host} has had too many requests (429) and asked to be left alone for ${forMs} ms`;
      throw new SignalboxError('RATE_LIMITED', text, {
        details: { host, retryAfterMs: forMs, transient: true },
      });
    }
    if (status < 500) return;
    throw new SignalboxError('INSTRUMENT_ERROR', `${host} failed: status ${status}`, {
      details: { host, status, transient: true },
    });
  }

  /** Without the cause: what it holds of the answer may be secret. */
  #failure(error: unknown, what: string, host: string): SignalboxError {
    if (error instanceof SignalboxError) return error;
    if (error instanceof oauth.ResponseBodyError) {
      const { error: reason, status } = error;
      const text = `${host} refused the ${what}: ${plain(reason)}`;
      const details = { host, status, reason: plain(reason) };
      return reason === 'invalid_grant'
        ? new SignalboxError('SIGN_IN_REQUIRED', text, { details })
        : new SignalboxError('INSTRUMENT_ERROR', text, {
            details,
            nextStep: 'Check the client ID in the configuration, and the app at the service.',
          });
    }
    return new SignalboxError('REPLY_MALFORMED', `the answer of ${host} holds no tokens`, {
      details: { host },
    });
  }
}

function issued(response: oauth.TokenEndpointResponse): IssuedTokens {
  const {
    access_token: accessToken,
    expires_in: seconds,
    refresh_token: refreshToken,
    scope,
  } = response;
  return {
    accessToken,
    lifeMs: seconds === undefined ? usualLifeMs : seconds * 1_000,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(scope === undefined ? {} : { scope }),
  };
}

function plain(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 80);
}
