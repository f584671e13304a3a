import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/index.ts';
import type { RefreshTokenRotation, SpotifyDefinition } from './spotify-definition.ts';

/** How long a code of the authorization page is good for. RFC 6749, section 4.1.2. */
const codeLifeMs = 600_000;
/** How long after the authorization a refresh token is good for: about six months, not extended by refreshing. */
export const refreshTokenLifeMs: number = 182 * 86_400_000;

interface Grant {
  readonly clientId: string;
  readonly scope: string;
  /** ms since 1970. */
  readonly sinceMs: number;
  isRevoked: boolean;
  readonly refreshTokens: Set<string>;
}

interface Code {
  readonly grant: Grant;
  readonly challenge: string;
  readonly redirectUri: string;
  readonly untilMs: number;
  isUsed: boolean;
}

interface AccessToken {
  readonly grant: Grant;
  readonly untilMs: number;
  /** The refresh token that ends when this one is used. */
  replaces: string | undefined;
}

/** What the token endpoint answers. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Who is signed in: codes, access tokens and refresh tokens. RFC 6749; RFC 7636. */
export class Account {
  readonly #clock: Clock;
  readonly #tokenLifeMs: number;
  readonly #rotation: RefreshTokenRotation;
  readonly #clientIds: readonly string[] | undefined;
  readonly #codes = new Map<string, Code>();
  readonly #accessTokens = new Map<string, AccessToken>();
  readonly #grants = new Map<string, Grant>();
  /** By the refresh token that replaced it: the one that ends with the first use of the new one. */
  readonly #replaced = new Map<string, string>();

  constructor(definition: SpotifyDefinition, clock: Clock) {
    this.#clock = clock;
    this.#tokenLifeMs = definition.tokenLifeMs ?? 3_600_000;
    this.#rotation = definition.rotation ?? 'first-use';
    this.#clientIds = definition.clientIds;
  }

  /**
   * The authorization page, at which this account agrees at once.
   * @returns where the browser goes next, or what is shown when it cannot go anywhere
   */
  authorize(query: URLSearchParams): { readonly location: string } | { readonly error: string } {
    const clientId = query.get('client_id') ?? '';
    const redirectUri = query.get('redirect_uri') ?? '';
    const target = URL.parse(redirectUri);
    if (this.#clientIds?.includes(clientId) === false || clientId === '') {
      return { error: 'INVALID_CLIENT: Invalid client' };
    }
    // Plain http is taken for a loopback address alone, and `localhost` is none.
    const isLoopback = target?.hostname === '127.0.0.1' || target?.hostname === '[::1]';
    if (target === null || (target.protocol !== 'https:' && !isLoopback)) {
      return { error: 'INVALID_CLIENT: Insecure redirect URI' };
    }
    const state = query.get('state');
    if (state !== null) target.searchParams.set('state', state);
    const challenge = query.get('code_challenge') ?? '';
    const problem =
      query.get('simulate') === 'deny'
        ? 'access_denied'
        : query.get('response_type') !== 'code'
          ? 'unsupported_response_type'
          : query.get('code_challenge_method') !== 'S256' || challenge === ''
            ? 'invalid_request'
            : undefined;
    if (problem !== undefined) {
      target.searchParams.set('error', problem);
      return { location: target.href };
    }
    const code = secret('code');
    const sinceMs = this.#clock.now();
    const scope = query.get('scope') ?? '';
    const grant = { clientId, scope, sinceMs, isRevoked: false, refreshTokens: new Set<string>() };
    const untilMs = sinceMs + codeLifeMs;
    this.#codes.set(code, { grant, challenge, redirectUri, untilMs, isUsed: false });
    target.searchParams.set('code', code);
    return { location: target.href };
  }

  /** The token endpoint. */
  token(form: URLSearchParams): TokenAnswer {
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.#exchange(form);
      case 'refresh_token':
        return this.#refresh(form);
      default:
        return refused(
          'unsupported_grant_type',
          'grant_type must be authorization_code or refresh_token',
        );
    }
  }

  /** Whether an access token is good; using it ends the refresh token that it replaced. */
  check(token: string): 'good' | 'expired' | 'invalid' {
    const known = this.#accessTokens.get(token);
    if (known === undefined || known.grant.isRevoked) return 'invalid';
    if (this.#clock.now() >= known.untilMs) return 'expired';
    if (known.replaces !== undefined) known.grant.refreshTokens.delete(known.replaces);
    known.replaces = undefined;
    return 'good';
  }

  /** The user takes the consent back. */
  revoke(): void {
    for (const grant of this.#grants.values()) grant.isRevoked = true;
  }

  #exchange(form: URLSearchParams): TokenAnswer {
    const code = this.#codes.get(form.get('code') ?? '');
    if (code === undefined || this.#clock.now() >= code.untilMs) {
      return refused('invalid_grant', 'Invalid authorization code');
    }
    if (code.isUsed) {
      // Somebody else may have it. RFC 6749, section 4.1.2.
      code.grant.isRevoked = true;
      return refused('invalid_grant', 'Authorization code was used already');
    }
    if (form.get('redirect_uri') !== code.redirectUri) {
      return refused('invalid_grant', 'Invalid redirect URI');
    }
    if (form.get('client_id') !== code.grant.clientId) {
      return refused('invalid_client', 'Invalid client');
    }
    const verifier = form.get('code_verifier') ?? '';
    const isShape = /^[A-Za-z0-9\-._~]{43,128}$/.test(verifier);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (!isShape || challenge !== code.challenge) {
      return refused('invalid_grant', 'code_verifier was incorrect');
    }
    code.isUsed = true;
    return this.#issue(code.grant, undefined);
  }

  #refresh(form: URLSearchParams): TokenAnswer {
    const token = form.get('refresh_token') ?? '';
    const grant = this.#grants.get(token);
    if (grant === undefined || grant.isRevoked || !grant.refreshTokens.has(token)) {
      return refused('invalid_grant', 'Refresh token revoked');
    }
    if (form.get('client_id') !== grant.clientId)
      return refused('invalid_client', 'Invalid client');
    if (this.#clock.now() >= grant.sinceMs + refreshTokenLifeMs) {
      return refused('invalid_grant', 'Refresh token expired');
    }
    const replaced = this.#replaced.get(token);
    if (replaced !== undefined) grant.refreshTokens.delete(replaced);
    return this.#issue(grant, token);
  }

  #issue(grant: Grant, old: string | undefined): TokenAnswer {
    const isKept = old !== undefined && this.#rotation === 'never';
    const refreshToken = isKept ? old : secret('refresh');
    grant.refreshTokens.add(refreshToken);
    this.#grants.set(refreshToken, grant);
    const isReplaced = old !== undefined && !isKept;
    if (isReplaced && this.#rotation === 'at-once') grant.refreshTokens.delete(old);
    const replaces = isReplaced ? old : undefined;
    if (replaces !== undefined) this.#replaced.set(refreshToken, replaces);
    const accessToken = secret('access');
    const untilMs = this.#clock.now() + this.#tokenLifeMs;
    this.#accessTokens.set(accessToken, { grant, untilMs, replaces });
    this.#forgetOld();
    return {
      status: 200,
      body: {
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: Math.round(this.#tokenLifeMs / 1_000),
        scope: grant.scope,
        ...(isKept ? {} : { refresh_token: refreshToken }),
      },
    };
  }

  #forgetOld(): void {
    for (const [token, { untilMs }] of this.#accessTokens) {
      if (this.#accessTokens.size <= tokensMost) return;
      if (untilMs <= this.#clock.now()) this.#accessTokens.delete(token);
    }
  }
}

/** Of expired access tokens no more than so many are remembered. */
const tokensMost = 1_000;

function refused(error: string, description: string): TokenAnswer {
  return { status: 400, body: { error, error_description: description } };
}

function secret(kind: string): string {
  return `simulated-${kind}-${randomBytes(24).toString('base64url')}`;
}
