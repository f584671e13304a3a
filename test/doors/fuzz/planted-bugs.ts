import type { Mutant } from '../../support/plantation.ts';

/** In the room `doors`. */
export const fuzzBugs: readonly Mutant[] = [
  {
    bug: 'a HiSLIP session is leaked',
    file: 'hislip/hislip-client.ts',
    find: 'this.#options.gone();',
    replace: '',
  },
  {
    bug: 'a HiSLIP client that has gone keeps its locks',
    file: 'hislip/hislip-client.ts',
    find: 'gone: this.#life.signal });',
    replace: 'gone: new AbortController().signal });',
  },
  {
    bug: 'links survive their connection',
    file: 'vxi11/vxi11-server.ts',
    find: 'for (const link of own.values()) void link.close();',
    replace: '',
  },
  {
    bug: 'the lock of a link survives the link',
    file: 'vxi11/vxi11-link.ts',
    find: 'this.#life.abort();',
    replace: '',
  },
  {
    bug: 'a program that has left RFC 2217 is still shown',
    file: 'rfc2217/rfc2217-client.ts',
    find: 'gone();',
    replace: '',
  },
];
