import { SignalboxError } from '../../../kernel/index.ts';
import type { HttpRequest, HttpResponse } from '../../../links/index.ts';
import type { LinkAbilities } from '../../../ports/index.ts';
import { findDevice } from './find-device.ts';
import { parseDevices, parseState } from './parse-answer.ts';
import type { PlayerDevice, PlayerState } from './player-types.ts';
import { spotifyError } from './spotify-error.ts';

/** The Web API, asked over a link in the course of one transaction. */
export class WebApi {
  readonly #link: LinkAbilities;
  readonly #signal: AbortSignal;

  constructor(link: LinkAbilities, signal: AbortSignal) {
    this.#link = link;
    this.#signal = signal;
  }

  /** @returns undefined where the service has nothing to say @throws see {@link spotifyError}; REPLY_MALFORMED */
  async get(path: string): Promise<unknown> {
    const { status, body } = await this.#ask({ method: 'GET', path });
    if (status === 204 || body.length === 0) return undefined;
    try {
      return JSON.parse(new TextDecoder().decode(body)) as unknown;
    } catch (cause) {
      throw new SignalboxError('REPLY_MALFORMED', `Spotify's answer to GET ${path} is no JSON`, {
        cause,
      });
    }
  }

  /** Commands are answered with a status alone, though some answers have a body that means nothing. */
  async command(request: HttpRequest): Promise<void> {
    await this.#ask(request);
  }

  async state(): Promise<PlayerState> {
    return parseState(await this.get('/me/player'));
  }

  async devices(): Promise<PlayerDevice[]> {
    return parseDevices(await this.get('/me/player/devices'));
  }

  /** @throws PLAYER_DEVICE_MISSING, PLAYER_REFUSED */
  async device(wanted: string): Promise<PlayerDevice> {
    return findDevice(await this.devices(), wanted);
  }

  async #ask(request: HttpRequest): Promise<HttpResponse> {
    const response = await (this.#link.request?.(request, this.#signal) ??
      Promise.reject(
        new SignalboxError('INSTRUMENT_ERROR', 'the link of this player leads to no web service'),
      ));
    if (response.status >= 200 && response.status < 300) return response;
    throw spotifyError(request, response);
  }
}
