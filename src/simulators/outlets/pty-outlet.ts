import { Pty } from '../../links/index.ts';
import { Cable } from './cable.ts';
import type { Outlet, Serve } from './outlet.ts';

/** A real pseudo-terminal, at a path that stays the same over unplugging. */
export class PtyOutlet implements Outlet {
  readonly address: string;
  readonly #serve: Serve;
  readonly #cable: Cable;
  #pull: (() => Promise<void>) | undefined;

  private constructor(path: string, serve: Serve) {
    this.address = path;
    this.#serve = serve;
    this.#cable = new Cable({
      plug: async () => await this.#plug(),
      pull: async () => await this.#pull?.(),
    });
  }

  /** @throws BAD_ARGUMENT for a path in use; LINK_COMMUNICATION where there are no terminals */
  static async open(path: string, serve: Serve): Promise<PtyOutlet> {
    const outlet = new PtyOutlet(path, serve);
    await outlet.#cable.plug();
    return outlet;
  }

  unplug(backAfterMs: number): void {
    this.#cable.unplug(backAfterMs);
  }

  async #plug(): Promise<void> {
    const pty = await Pty.open({ stablePath: this.address });
    const user = this.#serve({ write: (data) => void pty.write(data) });
    pty.onData((data) => user.receive(data));
    this.#pull = async () => {
      user.closed();
      // The stable path goes with it: its terminal's number may soon be another's.
      await pty.close();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cable[Symbol.asyncDispose]();
  }
}
