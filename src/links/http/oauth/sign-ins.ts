import { SignalboxError, systemClock } from '../../../kernel/index.ts';
import type { Clock } from '../../../kernel/index.ts';
import type { AuthorizationRequest, IssuedTokens, OAuthServer } from './oauth-server.ts';

/** How long a browser may take from the start to its coming back. */
export const signInLongestMs = 600_000;
/** So many may be under way; the oldest makes room for one more. */
export const signInsMost = 16;

interface Begun extends AuthorizationRequest {
  readonly redirectUri: string;
  /** Monotonic. */
  readonly untilMs: number;
}

export interface SignInsOptions {
  readonly server: Pick<OAuthServer, 'authorization' | 'exchange'>;
  /** Takes what a sign-in came to. */
  readonly take: (issued: IssuedTokens) => Promise<void>;
  /** Where another one is begun. */
  readonly signInUrl: () => string;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** Sign-ins that are under way in browsers. Each comes back once at the most, by what only it knows. */
export class SignIns {
  readonly #options: SignInsOptions;
  readonly #clock: Clock;
  readonly #begun = new Map<string, Begun>();

  constructor(options: SignInsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Where the browser is to go. @param redirectUri where it comes back to */
  async begin(redirectUri: string): Promise<URL> {
    const request = await this.#options.server.authorization(redirectUri);
    this.#begun.set(request.state, {
      ...request,
      redirectUri,
      untilMs: this.#clock.monotonic() + signInLongestMs,
    });
    for (const oldest of this.#begun.keys()) {
      if (this.#begun.size <= signInsMost) break;
      this.#begun.delete(oldest);
    }
    return request.url;
  }

  /**
   * @param callback with what the browser came back
   * @throws BAD_ARGUMENT for one that was not begun here, was too slow or has come back before;
   *   SIGN_IN_REQUIRED where the user did not agree; what getting the tokens meets
   */
  async finish(callback: URL): Promise<void> {
    const state = callback.searchParams.get('state') ?? '';
    const begun = this.#begun.get(state);
    this.#begun.delete(state);
    if (begun === undefined || this.#clock.monotonic() >= begun.untilMs) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        'this sign-in was not begun here, took more than 10 minutes, or is done already',
        { nextStep: `Begin again at ${this.#options.signInUrl()}.` },
      );
    }
    const { server, take } = this.#options;
    await take(await server.exchange(callback, begun, begun.redirectUri));
  }
}
