import { hasCode } from '../../../kernel/index.ts';
import type { PlayerRepeat } from './player-types.ts';
import type { WebApi } from './web-api.ts';

/** Goes on playing. What plays already is left alone. */
export async function resume(api: WebApi, deviceId?: string): Promise<void> {
  await unlessSo(
    api,
    { method: 'PUT', path: '/me/player/play', ...ofDevice(deviceId), body: {} },
    true,
  );
}

/** What is silent already is left alone. */
export async function pause(api: WebApi): Promise<void> {
  await unlessSo(api, { method: 'PUT', path: '/me/player/pause' }, false);
}

export async function setVolume(api: WebApi, percent: number, deviceId?: string): Promise<void> {
  await api.command({
    method: 'PUT',
    path: '/me/player/volume',
    query: { volume_percent: percent, ...ofDevice(deviceId).query },
  });
}

export async function setShuffle(api: WebApi, state: boolean, deviceId?: string): Promise<void> {
  await api.command({
    method: 'PUT',
    path: '/me/player/shuffle',
    query: { state, ...ofDevice(deviceId).query },
  });
}

export async function setRepeat(api: WebApi, state: PlayerRepeat): Promise<void> {
  await api.command({ method: 'PUT', path: '/me/player/repeat', query: { state } });
}

export async function seek(api: WebApi, positionMs: number): Promise<void> {
  await api.command({
    method: 'PUT',
    path: '/me/player/seek',
    query: { position_ms: positionMs },
  });
}

/** @param play whether it plays there whatever it did before; absent: it goes on as it was */
export async function transfer(api: WebApi, deviceId: string, play?: boolean): Promise<void> {
  const body = { device_ids: [deviceId], ...(play === undefined ? {} : { play }) };
  await api.command({ method: 'PUT', path: '/me/player', body });
}

/** A playlist, album or artist; or tracks. */
export async function play(
  api: WebApi,
  uri: string,
  { deviceId, positionMs }: { readonly deviceId?: string; readonly positionMs?: number },
): Promise<void> {
  const isTrack = /^spotify:(?:track|episode):/.test(uri);
  await api.command({
    method: 'PUT',
    path: '/me/player/play',
    ...ofDevice(deviceId),
    body: {
      ...(isTrack ? { uris: [uri] } : { context_uri: uri }),
      ...(positionMs === undefined ? {} : { position_ms: positionMs }),
    },
  });
}

/** The service refuses to begin what it does already, or to end what it does not do. */
async function unlessSo(
  api: WebApi,
  request: Parameters<WebApi['command']>[0],
  isPlaying: boolean,
): Promise<void> {
  try {
    await api.command(request);
  } catch (error) {
    if (!hasCode(error, 'PLAYER_REFUSED')) throw error;
    if ((await api.state()).isPlaying !== isPlaying) throw error;
  }
}

function ofDevice(deviceId: string | undefined): { readonly query: Record<string, string> } {
  return { query: deviceId === undefined ? {} : { device_id: deviceId } };
}
