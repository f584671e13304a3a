/** Something that is drawn now and then. */
export interface Drawable {
  /** Draws what is new. */
  draw(): void;
}

/** As a browser has them, or a test. */
export interface Frames {
  request(callback: () => void): number;
  cancel(id: number): void;
  /** Calls once after a while. @returns takes it back */
  later(callback: () => void, delayMs: number): () => void;
  /** Ms that only grow. */
  now(): number;
}

/**
 * What merely came in is drawn so often at most, however fast it comes: each frame costs the browser a
 * whole page, and nobody sees readings any faster.
 */
export const calmLeastMs = 95;
/** So often at least. */
export const calmMostMs = 250;

/** How long a plot may wait with what came in: until it is a pixel further, within the bounds. */
export function calmMsOf(windowMs: number, columns: number): number {
  return Math.min(calmMostMs, Math.max(calmLeastMs, windowMs / Math.max(1, columns)));
}

interface Entry {
  isVisible: boolean;
  isDirty: boolean;
}

/**
 * One loop for all plots of a page: what is new is drawn together, each plot once, and only plots that are
 * in sight: in the next frame where somebody did something, else a little later. When nothing is new no
 * frame is asked for.
 */
export class FrameLoop {
  readonly #frames: Frames;
  readonly #entries = new Map<Drawable, Entry>();
  #asked: number | undefined;
  #timer: { readonly dueMs: number; readonly takeBack: () => void } | undefined;
  #lastMs = -Infinity;

  constructor(frames: Frames) {
    this.#frames = frames;
  }

  /** It begins out of sight, with something to draw. @returns takes it out again */
  add(drawable: Drawable): () => void {
    this.#entries.set(drawable, { isVisible: false, isDirty: true });
    return () => {
      this.#entries.delete(drawable);
      if (this.#entries.size === 0) this.#stop();
    };
  }

  /**
   * There is something new to draw.
   * @param waitMs so long after the frame before; 0 where somebody waits for it. @default calmLeastMs
   */
  invalidate(drawable: Drawable, waitMs: number = calmLeastMs): void {
    const entry = this.#entries.get(drawable);
    if (entry === undefined) return;
    entry.isDirty = true;
    if (entry.isVisible) this.#ask(waitMs);
  }

  /** It came into sight, or went. What became new meanwhile is drawn once. */
  setVisible(drawable: Drawable, isVisible: boolean): void {
    const entry = this.#entries.get(drawable);
    if (entry === undefined) return;
    entry.isVisible = isVisible;
    if (entry.isDirty && isVisible) this.#ask(0);
  }

  #ask(waitMs: number): void {
    if (this.#asked !== undefined) return;
    const dueMs = this.#lastMs + waitMs;
    if (this.#timer !== undefined && this.#timer.dueMs <= dueMs) return;
    const leftMs = dueMs - this.#frames.now();
    if (!(leftMs > 0)) {
      this.#request();
      return;
    }
    this.#timer?.takeBack();
    this.#timer = { dueMs, takeBack: this.#frames.later(() => this.#request(), leftMs) };
  }

  #request(): void {
    this.#timer?.takeBack();
    this.#timer = undefined;
    this.#asked ??= this.#frames.request(() => this.#draw());
  }

  #draw(): void {
    this.#asked = undefined;
    this.#lastMs = this.#frames.now();
    for (const [drawable, entry] of this.#entries) {
      if (!entry.isDirty || !entry.isVisible) continue;
      entry.isDirty = false;
      drawable.draw();
    }
  }

  #stop(): void {
    if (this.#asked !== undefined) this.#frames.cancel(this.#asked);
    this.#timer?.takeBack();
    this.#asked = undefined;
    this.#timer = undefined;
  }
}
