import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spotifyServer } from '../../../../src/instruments/index.ts';
import type { Clock } from '../../../../src/kernel/index.ts';
import { SignIns, TokenFile, TokenStore } from '../../../../src/links/index.ts';
import type { StoredTokens } from '../../../../src/links/http/oauth/token-file.ts';
import type { OAuthServer } from '../../../../src/links/index.ts';
import { openSpotifySimulator } from '../../../../src/simulators/index.ts';
import type { SpotifyDefinition, SpotifySimulator } from '../../../../src/simulators/index.ts';

const redirectUri = 'http://127.0.0.1:5001/api/players/music/callback';
const signInUrl = (): string => 'http://127.0.0.1:5001/api/players/music/sign-in';

/** A simulated accounts server, and a sign-in there whose tokens are in a file. */
export class SignInBench implements AsyncDisposable {
  readonly simulator: SpotifySimulator;
  readonly server: OAuthServer;
  readonly path: string;
  readonly #folder: string;
  readonly #clock: Clock;

  private constructor(simulator: SpotifySimulator, folder: string, clock: Clock) {
    this.simulator = simulator;
    this.server = spotifyServer(`http://${simulator.address}`, 'client', clock);
    this.path = join(folder, 'sign-in.json');
    this.#folder = folder;
    this.#clock = clock;
  }

  static async open(
    clock: Clock,
    definition: Omit<SpotifyDefinition, 'kind'> = {},
  ): Promise<SignInBench> {
    const simulator = await openSpotifySimulator({ kind: 'spotify', ...definition }, clock);
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-tokens-'));
    return new SignInBench(simulator, folder, clock);
  }

  /** As one process of a gateway has it. */
  store(options: Partial<ConstructorParameters<typeof TokenStore>[0]> = {}): TokenStore {
    return new TokenStore({
      name: 'music',
      server: this.server,
      signInUrl,
      clock: this.#clock,
      file: new TokenFile(this.path, this.#clock),
      ...options,
    });
  }

  /** Does what a browser does. */
  async signIn(store: TokenStore): Promise<void> {
    const signIns = new SignIns({
      server: this.server,
      signInUrl,
      clock: this.#clock,
      take: async (issued) => await store.signIn(issued),
    });
    const page = await signIns.begin(redirectUri);
    const answer = await fetch(page, { redirect: 'manual' });
    await signIns.finish(new URL(answer.headers.get('location') ?? ''));
  }

  /** Whether the service takes what a store gives. */
  async isTaken(authorization: string): Promise<boolean> {
    const url = `http://${this.simulator.address}/v1/me`;
    const answer = await fetch(url, { headers: { authorization } });
    return answer.status === 200;
  }

  /** How often somebody asked the accounts server for tokens. */
  async grants(): Promise<number> {
    const all = await this.simulator.transactions();
    return all.filter(({ request }) => Buffer.from(request).toString().endsWith('/api/token'))
      .length;
  }

  /** What is in the file. */
  async stored(): Promise<StoredTokens> {
    return JSON.parse(await readFile(this.path, 'utf8')) as StoredTokens;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.simulator[Symbol.asyncDispose]();
    this.server[Symbol.dispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
