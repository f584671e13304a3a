import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import type { Caches, DirectoryPlayer, Door } from '../doors/index.ts';
import { Player, spotifyAccounts, spotifyServer } from '../instruments/index.ts';
import type { Instrument } from '../instruments/index.ts';
import { given, systemClock } from '../kernel/index.ts';
import type { Owner } from '../kernel/index.ts';
import { SignIns, TokenFile, TokenStore } from '../links/index.ts';
import type { HttpAuthorization } from '../links/index.ts';
import type { RoomLog } from './room-log.ts';

/** A player's account: who is signed in, and how one signs in. */
export interface BuiltPlayer {
  readonly tokens: TokenStore;
  readonly forDoors: DirectoryPlayer;
}

export interface PlayerSurroundings {
  readonly stateFolder: string;
  readonly simulatorAddress: (name: string) => string;
  /** Of the HTTP door, once it is open: `http://127.0.0.1:5001`. */
  readonly doorUrl: () => string;
  readonly log: RoomLog;
}

/** The accounts of the players of a configuration, by the name of their instrument. */
export function buildPlayers(
  { instruments, ports }: Config,
  { stateFolder, simulatorAddress, doorUrl, log }: PlayerSurroundings,
): Map<string, BuiltPlayer> {
  return new Map(
    Object.entries(instruments).flatMap(([name, config]) => {
      if (config.driver !== 'spotify') return [];
      const { clientId, port } = config;
      const simulator = ports[port]?.simulator;
      const simulated =
        simulator === undefined ? undefined : `http://${simulatorAddress(simulator)}`;
      const server = spotifyServer(config.accounts ?? simulated ?? spotifyAccounts, clientId);
      const signInUrl = (): string => `${doorUrl()}/api/players/${name}/sign-in`;
      const tokens = new TokenStore({
        name,
        server,
        signInUrl,
        file: new TokenFile(join(stateFolder, `sign-in-${name}.json`)),
        onWarning: (message) => log.of('ports').warn({ player: name }, message),
      });
      const signIns = new SignIns({
        server,
        signInUrl,
        take: async (issued) => await tokens.signIn(issued),
      });
      const forDoors: DirectoryPlayer = {
        begin: async (redirectUri) => await signIns.begin(redirectUri),
        finish: async (callback) => {
          await signIns.finish(callback);
          log.of('ports').info({ player: name }, `${name} is signed in`);
        },
        signOut: async () => {
          await tokens.signOut();
          log.of('ports').info({ player: name }, `${name} is signed out`);
        },
        status: async () => ({
          ...(await tokens.status()),
          signInUrl: signInUrl(),
          tokens: tokens.statistics(),
        }),
      };
      return [[name, { tokens, forDoors }] as const];
    }),
  );
}

/** Where the right to use the web service of a port comes from. */
export function authorizationOf(
  port: string,
  { instruments }: Config,
  players: ReadonlyMap<string, BuiltPlayer>,
): { readonly authorization?: HttpAuthorization } {
  const name = Object.keys(instruments).find((each) => instruments[each]?.port === port);
  return given({
    authorization: name === undefined ? undefined : players.get(name)?.tokens,
  });
}

/** The tokens of all players, as they are kept in memory. */
export function playerCaches(players: ReadonlyMap<string, BuiltPlayer>): Caches {
  const stores = [...players.values()].map(({ tokens }) => tokens);
  return {
    tokens: () => {
      const all = stores.map((store) => store.statistics());
      const hits = all.reduce((sum, each) => sum + each.hits, 0);
      const misses = all.reduce((sum, each) => sum + each.misses, 0);
      return { hits, misses, hitRate: hits === 0 ? 0 : hits / (hits + misses) };
    },
    replicas: () => 0,
    clear: async () => {
      for (const store of stores) store.reload();
    },
  };
}

/** Where a browser on this machine finds the HTTP door, or would if there were one. */
export function httpAddress(doors: readonly Door[], { http }: Config): string {
  const address = doors.map((door) => door.status()).find(({ kind }) => kind === 'http')?.address;
  const port = address === undefined ? http.port : new URL(address).port;
  return `http://127.0.0.1:${port}`;
}

/** The players of instruments as alarms use them, by name. */
export function alarmPlayers(instruments: ReadonlyMap<string, Instrument>): Map<string, Player> {
  const by: Owner = {
    id: 'alarms',
    program: 'alarms',
    door: 'inline',
    sinceMs: systemClock.now(),
  };
  return new Map(
    Array.from(instruments)
      .filter(([, { driver }]) => driver.family === 'spotify')
      .map(([name, instrument]) => [name, new Player({ instrument, by })]),
  );
}
