import type { IncomingMessage } from 'node:http';

import { isLoopback, plainAddress, SignalboxError } from '../../kernel/index.ts';
import type { TokenFile } from './bearer-token.ts';
import { assetPrefix, isPagePath } from './dashboard/page-paths.ts';
import type { FailureLimit } from './failure-limit.ts';
import { hostNameOf } from './host-name.ts';
import { isSignInCallback } from './sign-in-callback.ts';

/** Paths that tell nothing of the laboratory and need no token: the frames of pages, and being alive. */
function isOpen(path: string): boolean {
  return path === '/livez' || isPagePath(path) || path.startsWith(assetPrefix);
}

/** How a browser, which cannot set headers of a WebSocket, carries its token: as a subprotocol. */
export const bearerProtocolPrefix = 'bearer.';

export interface AccessGuardOptions {
  /** Host names that are accepted besides the address that the client connected to. */
  readonly hosts: readonly string[];
  /** Origins of pages that may use the gateway besides its own: `https://lab.example.org`. */
  readonly origins: readonly string[];
  /** Required from everybody when there is one. */
  readonly token?: Pick<TokenFile, 'matches'>;
  readonly failures: FailureLimit;
}

/** Who is let in: checked on every request, whatever it asks for, before anything is done for it. */
export class AccessGuard {
  readonly #options: AccessGuardOptions;
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  constructor(options: AccessGuardOptions) {
    this.#options = options;
    this.#hosts = new Set(options.hosts.map((host) => host.toLowerCase()));
    this.#origins = new Set(options.origins.map((origin) => origin.toLowerCase()));
  }

  /**
   * @throws FORBIDDEN for a foreign host or origin, or a form post; AUTHENTICATION_REQUIRED;
   *   QUEUE_FULL after too many wrong tokens
   */
  check(request: IncomingMessage): void {
    this.#checkHost(request);
    this.#checkOrigin(request);
    if (request.method === 'OPTIONS') return;
    checkContent(request);
    this.#checkToken(request);
  }

  /**
   * Looks again at who was let in: a token that has ended since is no longer good.
   * @throws AUTHENTICATION_REQUIRED
   */
  checkAgain(request: IncomingMessage): void {
    const { token } = this.#options;
    if (token === undefined || isOpen(pathOf(request))) return;
    const offered = tokenOf(request);
    if (offered !== undefined && token.matches(offered)) return;
    throw new SignalboxError('AUTHENTICATION_REQUIRED', 'the token has ended');
  }

  /** Whether pages of the origin may read answers (CORS): those that were named, and no other. */
  isNamedOrigin(origin: string): boolean {
    return this.#origins.has(origin.toLowerCase());
  }

  /**
   * A page whose name was made to point here (DNS rebinding) still sends its own name. An address
   * needs no list: the one that the client really connected to cannot be a made-up name.
   */
  #checkHost(request: IncomingMessage): void {
    const name = hostNameOf(request.headers.host);
    const address = plainAddress(request.socket.localAddress);
    const isOwn =
      name !== undefined &&
      (plainAddress(name) === address ||
        this.#hosts.has(name) ||
        (isLoopback(address) && isLoopback(name)));
    if (isOwn) return;
    const shown = (request.headers.host ?? '(none)').slice(0, 100);
    throw new SignalboxError('FORBIDDEN', `the gateway does not answer to the host '${shown}'`, {
      nextStep: 'Use its address or `localhost`, or name the host in the configuration.',
    });
  }

  #checkOrigin(request: IncomingMessage): void {
    const { origin, host } = request.headers;
    if (origin !== undefined) {
      if (origin.toLowerCase() === `http://${host}`.toLowerCase()) return;
      if (this.isNamedOrigin(origin)) return;
      throw foreign(`a page of '${origin.slice(0, 100)}'`);
    }
    // A browser sends no Origin with an image or script; it says where the request comes from here.
    const site = request.headers['sec-fetch-site'];
    if (site === undefined || site === 'same-origin' || site === 'none') return;
    const path = pathOf(request);
    // A browser that comes back from signing in shows what only it was given.
    const isLink =
      request.headers['sec-fetch-mode'] === 'navigate' &&
      (isPagePath(path) || isSignInCallback(path));
    if (!isLink) throw foreign('a page of another site');
  }

  #checkToken(request: IncomingMessage): void {
    const { token, failures } = this.#options;
    const path = pathOf(request);
    if (token === undefined || isOpen(path) || isSignInCallback(path)) return;
    const offered = tokenOf(request);
    if (offered !== undefined && token.matches(offered)) return;
    if (offered === undefined) throw new SignalboxError('AUTHENTICATION_REQUIRED', 'no token came');
    const address = plainAddress(request.socket.remoteAddress);
    const forgivenInMs = failures.fail(address);
    if (forgivenInMs === 0) {
      throw new SignalboxError('AUTHENTICATION_REQUIRED', 'the token is not the right one');
    }
    throw new SignalboxError('QUEUE_FULL', `too many wrong tokens came from ${address}`, {
      nextStep: `Correct the token; a wrong one is looked at again in ${Math.ceil(forgivenInMs)} ms.`,
      details: { retryAfterMs: Math.ceil(forgivenInMs) },
    });
  }
}

/** A form of another page can post text, but JSON only with leave (CORS), which it never gets. */
function checkContent({ method, headers }: IncomingMessage): void {
  if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH') return;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return;
  throw new SignalboxError('BAD_ARGUMENT', `the content type is '${type ?? '(none)'}'`, {
    nextStep: 'Send `Content-Type: application/json`, also when there is no body.',
  });
}

function tokenOf({ headers }: IncomingMessage): string | undefined {
  const header = /^bearer +(?<token>[^\s]+) *$/i.exec(headers.authorization ?? '');
  if (header !== null) return header.groups?.['token'];
  if (headers.upgrade?.toLowerCase() !== 'websocket') return undefined;
  return headers['sec-websocket-protocol']
    ?.split(',')
    .map((protocol) => protocol.trim())
    .find((protocol) => protocol.startsWith(bearerProtocolPrefix))
    ?.slice(bearerProtocolPrefix.length);
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?')[0] ?? '';
}

function foreign(what: string): SignalboxError {
  return new SignalboxError('FORBIDDEN', `${what} may not use the gateway`, {
    nextStep: 'Open a page of the gateway itself, or name the origin in the configuration.',
  });
}
