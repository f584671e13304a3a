import { given } from '../../../kernel/index.ts';
import type { Clock } from '../../../kernel/index.ts';
import { OAuthServer } from '../../../links/index.ts';

/** Where one signs in at Spotify. */
export const spotifyAccounts = 'https://accounts.spotify.com';

/** What the driver does, and nothing more. Source: Web API, Scopes. */
const scopes = [
  'user-read-playback-state',
  'user-modify-playback-state',
  'user-read-currently-playing',
];

/** The accounts server of Spotify, or one that does as it does. Source: Web API, Authorization Code with PKCE. */
export function spotifyServer(accounts: string, clientId: string, clock?: Clock): OAuthServer {
  const base = accounts.replace(/\/$/, '');
  return new OAuthServer({
    authorizationUrl: `${base}/authorize`,
    tokenUrl: `${base}/api/token`,
    clientId,
    scopes,
    ...given({ clock }),
  });
}
