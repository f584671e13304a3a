import { createHash, randomBytes } from 'node:crypto';
import { Instrument, SpotifyDriver } from '../../src/instruments/index.ts';
import type { Clock, Owner } from '../../src/kernel/index.ts';
import { HttpService, httpLinkFactory } from '../../src/links/index.ts';
import type { HttpAuthorization } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import type { PortOptions } from '../../src/ports/index.ts';

export const alarm: Owner = { id: 'alarm', program: 'alarm', door: 'inline', sinceMs: 0 };
export const morning = 'spotify:playlist:37i9dQZF1DX0SIMULATED1';

/** Signs in at a simulated accounts server, as a browser and a program do together. */
export async function accessTokenOf(address: string): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const redirectUri = 'http://127.0.0.1:1/callback';
  const page = new URL(`http://${address}/authorize`);
  page.search = new URLSearchParams({
    client_id: 'client',
    response_type: 'code',
    redirect_uri: redirectUri,
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  }).toString();
  const agreed = await fetch(page, { redirect: 'manual' });
  const code = new URL(agreed.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const answer = await fetch(`http://${address}/api/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'client',
      redirect_uri: redirectUri,
      code_verifier: verifier,
      code,
    }),
  });
  return ((await answer.json()) as { readonly access_token: string }).access_token;
}

/** A player on the simulator at that address, signed in. */
export class PlayerBench implements AsyncDisposable {
  readonly service: HttpService;
  readonly port: Port;
  readonly instrument: Instrument;

  private constructor(
    address: string,
    authorization: HttpAuthorization,
    options: Omit<Partial<PortOptions>, 'link' | 'name'>,
  ) {
    const clock: { clock?: Clock } = options.clock === undefined ? {} : { clock: options.clock };
    this.service = new HttpService({ url: `http://${address}/v1`, authorization, ...clock });
    this.port = new Port({
      name: 'spotify',
      link: httpLinkFactory(this.service),
      resynchronization: { kind: 'none' },
      ...options,
    });
    this.instrument = new Instrument({
      name: 'music',
      driver: new SpotifyDriver(),
      port: this.port,
      ...clock,
    });
    this.port.open();
  }

  static async open(
    address: string,
    options: Omit<Partial<PortOptions>, 'link' | 'name'> = {},
  ): Promise<PlayerBench> {
    const token = await accessTokenOf(address);
    const header = async (): Promise<string> => `Bearer ${token}`;
    return new PlayerBench(address, { header, refused: () => {} }, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.port.close();
    this.service[Symbol.dispose]();
  }
}
