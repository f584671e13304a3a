import type { Mutant } from '../../support/plantation.ts';
import { foreignHosts, foreignOrigins, forms, longBodies, tokens } from './access-checks.ts';
import type { Open, Patience } from './access-checks.ts';
import {
  connectionEnds,
  guesses,
  names,
  otherConnections,
  otherLeases,
  vanished,
} from './lease-checks.ts';
import { floods, overtaken } from './settings-checks.ts';

/** A check of a promise, and bugs that it has to notice. */
export interface Case {
  readonly promise: string;
  readonly title: string;
  readonly check: (open: Open, patience?: Patience) => Promise<void>;
  readonly bugs: readonly Mutant[];
}

const guard = 'http/access-guard.ts';
const letIn = 'Nobody is let in who may not be';
const held = 'Every lease ends, and is its holder’s alone';

export const cases: readonly Case[] = [
  {
    promise: letIn,
    title: 'no route answers to a foreign host',
    check: foreignHosts,
    bugs: [
      {
        bug: 'the host is not looked at',
        file: guard,
        find: '    this.#checkHost(request);\n',
        replace: '',
      },
      {
        bug: 'a host that only begins like the own address is let in',
        file: guard,
        find: '(plainAddress(name) === address ||',
        replace: '(plainAddress(name).startsWith(address) ||',
      },
      {
        bug: 'whoever connects to this machine may name any host',
        file: guard,
        find: '(isLoopback(address) && isLoopback(name)));',
        replace: 'isLoopback(address));',
      },
      {
        bug: 'what the framework answers by itself is not guarded',
        file: 'http/http-server.ts',
        find: '        context.guard.check(request.raw);\n        fail(error, request, reply);',
        replace: '        fail(error, request, reply);',
      },
      {
        bug: 'a route answers before the guard',
        file: 'http/http-server.ts',
        find: "  server.addHook('onRequest', guardHook(context));",
        replace: "  server.addHook('preHandler', guardHook(context));",
      },
    ],
  },
  {
    promise: letIn,
    title: 'no route answers a page of another origin',
    check: foreignOrigins,
    bugs: [
      {
        bug: 'the origin is not looked at',
        file: guard,
        find: '    this.#checkOrigin(request);\n',
        replace: '',
      },
      {
        bug: 'a page of no origin is let in',
        file: guard,
        find: 'if (origin !== undefined) {',
        replace: "if (origin !== undefined && origin !== 'null') {",
      },
      {
        bug: 'an origin that only begins like the own one is let in',
        file: guard,
        find: 'if (origin.toLowerCase() === `http://${host}`.toLowerCase()) return;',
        replace: 'if (origin.toLowerCase().startsWith(`http://${host}`)) return;',
      },
      {
        bug: 'what a page asks for without an origin is let in',
        file: guard,
        find: "if (site === undefined || site === 'same-origin' || site === 'none') return;",
        replace: 'return;',
      },
    ],
  },
  {
    promise: letIn,
    title: 'a form cannot change anything',
    check: forms,
    bugs: [
      {
        bug: 'the content type is not looked at',
        file: guard,
        find: '    checkContent(request);\n',
        replace: '',
      },
      {
        bug: 'what has no content type is taken for JSON',
        file: guard,
        find: "  if (type === 'application/json') return;",
        replace: "  if (type === undefined || type === 'application/json') return;",
      },
    ],
  },
  {
    promise: letIn,
    title: 'beyond loopback every route that tells anything wants the token',
    check: tokens,
    bugs: [
      {
        bug: 'the token is not asked for',
        file: guard,
        find: '    this.#checkToken(request);\n',
        replace: '',
      },
      {
        bug: 'any token will do',
        file: 'http/bearer-token.ts',
        find: 'return timingSafeEqual(this.#digest, digest(offered));',
        replace: 'return offered.length > 0;',
      },
      {
        bug: 'what lies below an open path is open',
        file: guard,
        find: 'isOpen(path) ||',
        replace: "isOpen(path) || path.startsWith('/') ||",
      },
      {
        bug: 'all of a player needs no token',
        file: 'http/sign-in-callback.ts',
        find: '\\/callback$/',
        replace: '\\/.*$/',
      },
      {
        bug: 'tokens can be tried without end',
        file: 'http/failure-limit.ts',
        find: 'return window.failures > failuresMost ?',
        replace: 'return window.failures > Infinity ?',
      },
    ],
  },
  {
    promise: 'No bytes on a wire can break the gateway',
    title: 'a body that is too long is refused, and the connection with it',
    check: longBodies,
    bugs: [
      {
        bug: 'a body may have any length',
        file: 'http/http-server.ts',
        find: '    bodyLimit: bodyBytesMost,\n',
        replace: '    bodyLimit: 1_000_000_000,\n',
      },
      {
        bug: 'the rest of a refused body is taken for the next request',
        file: 'http/http-server.ts',
        find: "if (shown.fault === 'caller' && !request.raw.complete) {",
        replace: "if (shown.fault === 'signalbox' && !request.raw.complete) {",
      },
    ],
  },
  {
    promise: held,
    title: 'whoever gives itself the name of the holder holds nothing',
    check: names,
    bugs: [
      {
        bug: 'who has the name of the holder has its lease',
        file: 'http/callers.ts',
        find: 'const by = shown === undefined ? { ...named } : named;',
        replace: 'const by = named;',
      },
      {
        bug: 'a lease is found by its id',
        file: 'http/lease-desk.ts',
        find: 'const known = this.#byToken.get(token);',
        replace:
          'const known = this.#byToken.get(token) ?? [...this.#byToken.values()].find((each) => each.lease.id === token);',
      },
    ],
  },
  {
    promise: held,
    title: 'a lease is good for what it holds and for itself only',
    check: otherLeases,
    bugs: [
      {
        bug: 'the token of any lease ends any other',
        file: 'http/routes/lease-routes.ts',
        find: 'if (shown?.lease.id === id) return shown.lease;',
        replace: 'if (shown !== undefined) return (id, shown.lease);',
      },
      {
        bug: 'the lease of an instrument is not used for its neighbour, but forgotten',
        file: 'http/callers.ts',
        find: 'return shown?.port === port ? { lease: shown.lease } : {};',
        replace: 'return {};',
      },
    ],
  },
  {
    promise: held,
    title: 'the token is told to nobody but the holder, and cannot be counted up to',
    check: guesses,
    bugs: [
      {
        bug: 'the token has no part that is random',
        file: 'http/lease-desk.ts',
        find: "`${String(lease.token)}.${randomBytes(secretBytes).toString('base64url')}`",
        replace: 'String(lease.token)',
      },
      {
        bug: 'the random part is not looked at',
        file: 'http/lease-desk.ts',
        find: 'const known = this.#byToken.get(token);',
        replace:
          "const known = [...this.#byToken].find(([each]) => each.startsWith(token.split('.').slice(0, 2).join('.')))?.[1];",
      },
    ],
  },
  {
    promise: held,
    title: 'a lease is used and ended on the connection that has it, and on no other',
    check: otherConnections,
    bugs: [
      {
        bug: 'connections of the same name share their leases',
        file: 'http/routes/live-routes.ts',
        find: '{ ...named }',
        replace: 'named',
      },
    ],
  },
  {
    promise: held,
    title: 'a lease lasts as long as its connection, however long that is',
    check: connectionEnds,
    bugs: [
      {
        bug: 'a lease outlives its connection',
        file: 'http/live-leases.ts',
        find: '      boundTo: this.#connection,\n',
        replace: '',
      },
      {
        bug: 'a lease is not renewed while its connection lives',
        file: 'http/live-leases.ts',
        find: 'else if (holdMs === undefined) keepRenewed(lease, this.#clock);',
        replace: '',
      },
    ],
  },
  {
    promise: held,
    title: 'a client that vanished without a word is noticed, and its lease ends',
    check: vanished,
    bugs: [
      {
        bug: 'nobody asks whether the client is still there',
        file: 'http/live-socket.ts',
        find: '    if (!this.#isAnswered && !isTaking) {',
        replace: '    if (this.#gone.signal.aborted) {',
      },
    ],
  },
  {
    promise: 'Nobody loses what another has changed',
    title: 'who has not seen the newest settings changes none',
    check: overtaken,
    bugs: [
      {
        bug: 'the ETag that a request names is not looked at',
        file: 'http/routes/config-routes.ts',
        find: "expectedRevision = matched(request.headers['if-match'])",
        replace: 'expectedRevision',
      },
      {
        bug: 'the revision that a request names is not passed on',
        file: 'http/routes/config-routes.ts',
        find: 'given({ why, dryRun, expectedRevision })',
        replace: 'given({ why, dryRun })',
      },
      {
        bug: 'what is only tried is done',
        file: 'http/routes/config-routes.ts',
        find: 'given({ why, dryRun, expectedRevision })',
        replace: 'given({ why, expectedRevision })',
      },
    ],
  },
  {
    promise: letIn,
    title: 'who asks too often is refused, and nobody else',
    check: floods,
    bugs: [
      {
        bug: 'nobody is counted',
        file: 'http/http-server.ts',
        find: '    rateLimits.check(request.raw);\n',
        replace: '',
      },
      {
        bug: 'who is refused once is let in again at once',
        file: 'http/rate-limits.ts',
        find: 'if (count.blockedUntilMs === 0) count.blockedUntilMs = nowMs + blockMs;',
        replace: 'count.requests = 0;',
      },
      {
        bug: 'requests to instruments are counted',
        file: 'http/rate-limits.ts',
        find: '  if (inLine.test(path)) return undefined;\n',
        replace: '',
      },
    ],
  },
];
