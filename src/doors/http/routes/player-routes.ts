import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import { didYouMean, SignalboxError } from '../../../kernel/index.ts';
import type { Directory, DirectoryPlayer } from '../../door.ts';
import { failures } from '../failures.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, name } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';

const found = 302;
const noContent = 204;

const report = z.looseObject({
  state: z.enum(['signed-in', 'signed-out', 'ended']),
  signInUrl: z.string(),
  tokens: z.looseObject({
    hits: z.number(),
    misses: z.number(),
    hitRate: z.number(),
    refreshes: z.number(),
    failures: z.number(),
  }),
});

/** What signing in may come to. */
const ofSigningIn = [
  'NOT_FOUND',
  'SIGN_IN_REQUIRED',
  'RATE_LIMITED',
  'INSTRUMENT_ERROR',
  'INSTRUMENT_OFFLINE',
  'INSTRUMENT_TIMEOUT',
  'LINK_COMMUNICATION',
  'REPLY_MALFORMED',
  'CONFIG_INVALID',
  'CONFIG_UNREADABLE',
  'WAIT_TIMEOUT',
] as const;

/** Who is signed in at the services of players, and signing in and out with a browser. */
export function playerRoutes(server: HttpServer, { directory }: RouteContext): void {
  const tags = ['players'];
  const params = z.object({ player: name });
  const all = {
    summary:
      'All players: whether somebody is signed in, until when, and what became of the tokens',
    tags,
    response: {
      200: answer(
        'The players',
        z.object({ players: z.array(report.extend({ name: z.string() })) }),
      ),
      ...failures('CONFIG_INVALID', 'CONFIG_UNREADABLE'),
    },
  };
  server.get('/api/players', { schema: all }, async () => ({
    players: await Promise.all(
      Array.from(directory.players?.entries() ?? [], async ([each, player]) => ({
        name: each,
        ...(await player.status()),
      })),
    ),
  }));

  const begin = {
    summary: 'Signs in: sends the browser to the service, which sends it back',
    description:
      'Open it in a browser on the machine of the gateway, or through a tunnel: the service sends the ' +
      'browser back to 127.0.0.1. It has 10 minutes.',
    tags,
    params,
    response: { 302: answer('To the service'), ...failures(...ofSigningIn) },
  };
  server.get('/api/players/:player/sign-in', { schema: begin }, async (request, reply) => {
    const url = await playerOf(directory, request.params.player).begin(callbackOf(request));
    return await reply.header('cache-control', 'no-store').redirect(url.href, found);
  });

  const beginForPrograms = {
    summary: 'Begins to sign in: gives the address that a browser is to open',
    tags,
    params,
    response: {
      200: answer('The address', z.object({ url: z.string() })),
      ...failures(...ofSigningIn),
    },
  };
  server.post(
    '/api/players/:player/sign-in',
    { schema: beginForPrograms },
    async (request, reply) => {
      const url = await playerOf(directory, request.params.player).begin(callbackOf(request));
      return await reply.send({ url: url.href });
    },
  );

  const finish = {
    summary: 'Where the service sends the browser back to',
    tags,
    params,
    response: {
      200: z.string().describe('text/html'),
      ...failures('BAD_ARGUMENT', ...ofSigningIn),
    },
  };
  server.get('/api/players/:player/callback', { schema: finish }, async (request, reply) => {
    const { player } = request.params;
    const callback = new URL(callbackOf(request));
    callback.search = request.raw.url?.split('?')[1] ?? '';
    // Who brings no token is not told which players there are.
    const known = directory.players?.get(player);
    if (known === undefined) throw notBegunHere();
    await known.finish(callback);
    return await reply
      .header('cache-control', 'no-store')
      .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
      .type('text/html; charset=utf-8')
      .send(signedIn(player));
  });

  const end = {
    summary: 'Signs out: the tokens are forgotten',
    tags,
    params,
    response: { 204: answer('Signed out', z.undefined()), ...failures(...ofSigningIn) },
  };
  server.post('/api/players/:player/sign-out', { schema: end }, async (request, reply) => {
    await playerOf(directory, request.params.player).signOut();
    return await reply.code(noContent).send();
  });
}

/** As the services ask for it: a loopback address, and not its name. RFC 8252, section 7.3. */
function callbackOf(request: FastifyRequest): string {
  const { player } = request.params as { readonly player: string };
  const { localPort } = request.raw.socket;
  return `http://127.0.0.1:${localPort}/api/players/${encodeURIComponent(player)}/callback`;
}

/** @throws NOT_FOUND */
function playerOf({ players: known = new Map() }: Directory, wanted: string): DirectoryPlayer {
  const player = known.get(wanted);
  if (player !== undefined) return player;
  throw new SignalboxError(
    'NOT_FOUND',
    `there is no player '${wanted}'${didYouMean(wanted, known.keys())}`,
  );
}

function notBegunHere(): SignalboxError {
  return new SignalboxError('BAD_ARGUMENT', 'this sign-in was not begun here');
}

function signedIn(player: string): string {
  // The name of an instrument has letters, digits, - and _ alone.
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Signed in · Signalbox</title></head>
<body><main><h1>Signed in</h1><p>${player} can play now. You can close this page.</p></main></body></html>
`;
}
