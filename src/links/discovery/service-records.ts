import type { Answer, DecodedPacket } from 'dns-packet';
import type { FoundService } from './found-service.ts';
import { isNeighbour } from './network-interfaces.ts';
import type { NetworkInterface } from './network-interfaces.ts';

/** More records are not kept: a network may not fill the memory. */
export const serviceRecordsMost = 4_096;

/** What may still be asked for: a name and the kind of its record. */
export interface OpenQuestion {
  readonly type: 'SRV' | 'TXT' | 'A';
  readonly name: string;
}

/** Gathers the records of services as they come in, in whatever order. RFC 6762; RFC 6763. */
export class ServiceRecords {
  readonly #types: ReadonlySet<string>;
  readonly #instances = new Map<string, { readonly name: string; readonly type: string }>();
  readonly #servers = new Map<string, { readonly target: string; readonly port: number }>();
  readonly #facts = new Map<string, ReadonlyMap<string, string>>();
  /** The first of each host that counts. */
  readonly #addresses = new Map<string, string>();
  #kept = 0;

  /** @param types as `_hislip._tcp` */
  constructor(types: readonly string[]) {
    this.#types = new Set(types.map((type) => `${type}.local`));
  }

  /**
   * Takes what came in on an interface. Only its neighbours count: anybody may name any address, and who
   * searches is not to be sent into other networks. RFC 6762, section 11. The search is over IPv4 alone,
   * so who answers has an address there: those of IPv6, which the interface does not know, do not count.
   */
  add({ answers, additionals, flag_qr: isResponse }: DecodedPacket, near: NetworkInterface): void {
    if (!isResponse) return;
    for (const record of [...(answers ?? []), ...(additionals ?? [])]) this.#take(record, near);
  }

  /** Of which address and port are known. */
  services(): FoundService[] {
    return [...this.#instances].flatMap(([key, { name, type }]) => {
      const server = this.#servers.get(key);
      const address = this.#addresses.get(lower(server?.target ?? ''));
      if (server === undefined || address === undefined) return [];
      const { port } = server;
      const instance = name.slice(0, -type.length - 1);
      const facts = this.#facts.get(key) ?? new Map<string, string>();
      return [{ type: type.slice(0, -'.local'.length), instance, address, port, facts }];
    });
  }

  /** What is missing of services that are known by name. */
  openQuestions(): OpenQuestion[] {
    return [...this.#instances].flatMap(([key, { name }]): OpenQuestion[] => {
      const server = this.#servers.get(key);
      if (server === undefined) return [{ type: 'SRV', name }];
      const isKnown = this.#addresses.has(lower(server.target));
      return [
        ...(this.#facts.has(key) ? [] : [{ type: 'TXT', name } as const]),
        ...(isKnown ? [] : [{ type: 'A', name: server.target } as const]),
      ];
    });
  }

  #take(record: Answer, near: NetworkInterface): void {
    if (this.#kept >= serviceRecordsMost) return;
    this.#kept += 1;
    switch (record.type) {
      case 'PTR':
        this.#takeInstance(lower(record.name), record.data, record.ttl);
        return;
      case 'SRV':
        this.#servers.set(lower(record.name), record.data);
        return;
      case 'TXT':
        this.#facts.set(lower(record.name), factsIn([record.data].flat()));
        return;
      case 'A': {
        const key = lower(record.name);
        if (!isNeighbour(near, record.data) || this.#addresses.has(key)) return;
        this.#addresses.set(key, record.data);
        return;
      }
      default:
    }
  }

  #takeInstance(type: string, name: string, ttl: number | undefined): void {
    if (!this.#types.has(type) || !lower(name).endsWith(`.${type}`)) return;
    // A goodbye. RFC 6762, section 10.1.
    if (ttl === 0) this.#instances.delete(lower(name));
    else this.#instances.set(lower(name), { name, type });
  }
}

function factsIn(strings: readonly (string | Uint8Array)[]): ReadonlyMap<string, string> {
  const pairs = strings.flatMap((each): (readonly [string, string])[] => {
    const text = typeof each === 'string' ? each : new TextDecoder().decode(each);
    const at = text.indexOf('=');
    return at > 0 ? [[text.slice(0, at).toLowerCase(), text.slice(at + 1)]] : [];
  });
  // Of a key that comes twice the first counts. RFC 6763, section 6.4.
  return new Map(pairs.toReversed());
}

/** Names are the same in upper and lower case. RFC 6762, section 16. */
function lower(name: string): string {
  return name.toLowerCase();
}
