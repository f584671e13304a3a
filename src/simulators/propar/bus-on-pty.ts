import { Pty } from '../../links/index.ts';
import type { ProparBusSimulator } from './bus-simulator.ts';

/** A simulated bus on a real pseudo-terminal, at a path that stays the same over unplugging. */
export class BusOnPty implements AsyncDisposable {
  /** How a master names it. */
  readonly path: string;
  readonly #bus: ProparBusSimulator;
  #pty: Pty | undefined;
  #replug: NodeJS.Timeout | undefined;

  private constructor(bus: ProparBusSimulator, path: string) {
    this.#bus = bus;
    this.path = path;
  }

  /** @param path a stable path for it */
  static async open(bus: ProparBusSimulator, path: string): Promise<BusOnPty> {
    const onPty = new BusOnPty(bus, path);
    await onPty.plug();
    return onPty;
  }

  /** Puts the cable in. Does nothing when it is. */
  async plug(): Promise<void> {
    if (this.#pty !== undefined) return;
    const pty = await Pty.open({ stablePath: this.path });
    this.#pty = pty;
    pty.onData((data) => this.#bus.receive(data));
    this.#bus.attach({
      write: (data) => void pty.write(data),
      unplug: (backAfterMs) => this.unplug(backAfterMs),
    });
  }

  /** Pulls the cable, mid-transaction if need be. */
  unplug(backAfterMs?: number): void {
    const pty = this.#pty;
    this.#pty = undefined;
    // The stable path goes with it: its terminal's number may soon be another's.
    void pty?.close();
    if (backAfterMs !== undefined) this.#replug = setTimeout(() => void this.plug(), backAfterMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#replug);
    await this.#pty?.close();
    this.#pty = undefined;
  }
}
