import type { FoundReport } from '../../client/index.ts';
import type { ErrorReport } from '../../kernel/index.ts';

/** Where instruments are looked for. */
export type Place =
  | {
      readonly kind: 'port';
      /** A port of the gateway: it is asked in line with everybody else. */
      readonly port: string;
      readonly address: string;
    }
  | { readonly kind: 'serial'; readonly path: string }
  | { readonly kind: 'tcp'; readonly address: string }
  /** A device with pages or an API, in a network of one's own. */
  | { readonly kind: 'http'; readonly url: string; readonly isUnencrypted: boolean }
  /** An instrument in the network, by its VISA resource name. */
  | { readonly kind: 'visa'; readonly resource: string };

/** How a place was spoken with. */
export interface Language {
  readonly protocol: 'propar' | 'lines' | 'http' | 'cgminer';
  readonly baudRate?: number;
  readonly terminator?: string;
}

/** An instrument that was found, and whether it has a name already. */
export interface FoundHere extends FoundReport {
  /** Its name in the configuration; absent when it is not in it. */
  readonly known?: string;
}

/** What came of a place. */
export interface ScannedPlace {
  readonly place: Place;
  readonly found: readonly FoundHere[];
  /** Absent when nobody answered. */
  readonly language?: Language;
  /** Why it was not looked at: held by another program, not there. */
  readonly skipped?: ErrorReport;
}

/** A place as people name it. */
export function nameOfPlace(place: Place): string {
  if (place.kind === 'port') return `port ${place.port}`;
  if (place.kind === 'visa') return place.resource;
  if (place.kind === 'http') return place.url;
  return place.kind === 'serial' ? place.path : place.address;
}
