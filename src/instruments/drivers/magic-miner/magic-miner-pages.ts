import { SignalboxError } from '../../../kernel/index.ts';
import type { HttpRequest, HttpResponse } from '../../../links/index.ts';
import type { LinkAbilities } from '../../../ports/index.ts';
import type { FieldPlaces } from './field-places.ts';
import { fieldsOf, isMagicMiner, magicMinerPages } from './page-fields.ts';
import type { FieldTexts, PageField } from './page-fields.ts';

/** The pages of a Magic Miner, asked for over a link in the course of one transaction. */
export class MagicMinerPages {
  readonly #link: LinkAbilities;
  readonly #signal: AbortSignal;

  constructor(link: LinkAbilities, signal: AbortSignal) {
    this.#link = link;
    this.#signal = signal;
  }

  /**
   * The fields that are wanted: from the pages where they were before, and from all where one is not there
   * any more.
   * @throws REPLY_MALFORMED for pages that are not a Magic Miner's
   */
  async fields(wanted: readonly PageField[], places: FieldPlaces): Promise<FieldTexts> {
    const found = new Map<PageField, string>();
    const looked = new Set<string>();
    const look = async (path: string): Promise<void> => {
      looked.add(path);
      for (const [field, text] of await this.#page(path)) {
        if (found.has(field)) continue;
        found.set(field, text);
        places.found(field, path);
      }
    };
    for (const path of places.pagesOf(wanted)) await look(path);
    if (!places.isMissing(wanted, found)) return found;
    for (const path of magicMinerPages) {
      if (wanted.every((field) => found.has(field))) return found;
      if (!looked.has(path)) await look(path);
    }
    if (!isMagicMiner(found)) throw stranger();
    places.nowhere(wanted.filter((field) => !found.has(field)));
    return found;
  }

  async restart(): Promise<void> {
    const request: HttpRequest = {
      method: 'POST',
      path: '/restart',
      form: {},
      accept: 'text/html',
    };
    const { status } = await this.#ask(request);
    // A page that says that it restarts, or one that it leads to.
    if (status >= 200 && status < 400) return;
    throw new SignalboxError('INSTRUMENT_ERROR', `the miner refused to restart: ${status}`, {
      details: { status },
    });
  }

  /** A page that is not there has no fields. */
  async #page(path: string): Promise<FieldTexts> {
    const { status, body } = await this.#ask({ method: 'GET', path, accept: 'text/html' });
    if (status === 404) return new Map();
    if (status >= 200 && status < 300) return await fieldsOf(new TextDecoder().decode(body));
    throw new SignalboxError('INSTRUMENT_ERROR', `the miner refused GET ${path}: ${status}`, {
      details: { status, transient: status >= 500 },
    });
  }

  async #ask(request: HttpRequest): Promise<HttpResponse> {
    return await (this.#link.request?.(request, this.#signal) ??
      Promise.reject(
        new SignalboxError('INSTRUMENT_ERROR', 'the link of this miner leads to no web service'),
      ));
  }
}

function stranger(): SignalboxError {
  return new SignalboxError(
    'REPLY_MALFORMED',
    'the pages at this address have nothing that a Magic Miner has on them',
    { nextStep: 'Another device may be at this address: `signalbox discover` tells.' },
  );
}
