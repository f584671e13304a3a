import { parseVisaResource } from '../../protocols/index.ts';
import type { Place } from './place.ts';

/** How a configuration says where a port is: one of these keys. */
export interface LinkKeys {
  readonly serial?: string;
  readonly tcp?: string;
  readonly visa?: string;
  readonly http?: string;
  readonly httpAllowUnencrypted?: true;
}

/** The key of a port that leads to a place. */
export function linkKeys(place: Exclude<Place, { kind: 'port' }>): LinkKeys {
  switch (place.kind) {
    case 'serial':
      return { serial: place.path };
    case 'tcp':
      return { tcp: place.address };
    case 'http':
      return { http: place.url, ...(place.isUnencrypted ? { httpAllowUnencrypted: true } : {}) };
    case 'visa': {
      const resource = parseVisaResource(place.resource);
      if (resource.kind !== 'socket') return { visa: place.resource };
      const { host, port } = resource;
      return { tcp: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}` };
    }
  }
}
