import { byHandler, serviceRequestEvent, visaAttributes } from './codes.ts';
import type { VisaFunction, VisaLibrary } from './load-visa-library.ts';
import { checkVisa } from './visa-error.ts';

/** A session of a VISA library with one resource: one call at a time. */
export class VisaSession {
  readonly #library: VisaLibrary;
  readonly #name: string;
  readonly #manager: number;
  readonly #vi: number;
  readonly #attributes = new Map<number, number>();
  #hearing: Disposable | undefined;
  #isClosed = false;

  private constructor(library: VisaLibrary, name: string, objects: readonly [number, number]) {
    this.#library = library;
    this.#name = name;
    [this.#manager, this.#vi] = objects;
    // Each message ends with its last byte until it is told otherwise. VPP-4.3, VI_ATTR_SEND_END_EN.
    this.#attributes.set(visaAttributes.sendEnd, 1);
  }

  /** @throws PORT_ABSENT, PORT_BUSY, LINK_TIMEOUT, LINK_COMMUNICATION */
  static async open(library: VisaLibrary, name: string, timeoutMs: number): Promise<VisaSession> {
    const manager: [number] = [0];
    const what = `opening ${name}`;
    const status = await library.call('viOpenDefaultRM', manager);
    const [rm] = manager;
    await checkVisa(library, status, { vi: rm, what });
    try {
      const session: [number] = [0];
      // VI_NULL: no lock, so that others who use the library are not kept out.
      const opened = await library.call('viOpen', rm, name, 0, timeoutMs, session);
      await checkVisa(library, opened, { vi: rm, what });
      return new VisaSession(library, name, [rm, session[0]]);
    } catch (error) {
      await library.call('viClose', rm);
      throw error;
    }
  }

  /** @returns the completion code, whatever it says */
  async call(name: VisaFunction, ...values: readonly unknown[]): Promise<number> {
    return await this.#library.call(name, this.#vi, ...values);
  }

  /** @throws what a code says that is an error */
  async expect(status: number, what: string): Promise<void> {
    await checkVisa(this.#library, status, { vi: this.#vi, what: `${what} of ${this.#name}` });
  }

  async check(name: VisaFunction, what: string, ...values: readonly unknown[]): Promise<void> {
    await this.expect(await this.call(name, ...values), what);
  }

  /** Sets an attribute, unless it has the value. */
  async set(attribute: number, value: number): Promise<void> {
    if (this.#attributes.get(attribute) === value) return;
    await this.check('viSetAttribute', 'setting an attribute', attribute, value);
    this.#attributes.set(attribute, value);
  }

  /** The library calls from a thread of its own. Where it has no such event, nothing is ever heard. */
  async hearServiceRequests(listener: () => void): Promise<void> {
    const { handler } = this.#library;
    const installed = await this.call('viInstallHandler', serviceRequestEvent, handler, null);
    if (installed < 0) return;
    this.#hearing = this.#library.hear(this.#vi, listener);
    await this.call('viEnableEvent', serviceRequestEvent, byHandler, 0);
  }

  /** Never rejects; may be called twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#hearing !== undefined) {
      this.#hearing[Symbol.dispose]();
      await this.call('viDisableEvent', serviceRequestEvent, byHandler);
      await this.call('viUninstallHandler', serviceRequestEvent, this.#library.handler, null);
    }
    await this.call('viClose');
    await this.#library.call('viClose', this.#manager);
  }
}
