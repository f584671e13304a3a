/** Something that is drawn now and then. */
export interface Drawable {
  /** Draws what is new. */
  draw(): void;
}

/** As a browser has them, or a test. */
export interface Frames {
  request(callback: () => void): number;
  cancel(id: number): void;
}

interface Entry {
  isVisible: boolean;
  isDirty: boolean;
}

/**
 * One loop for all plots of a page: what is new is drawn in the next frame, each plot once in it, and
 * only plots that are in sight. When nothing is new no frame is asked for.
 */
export class FrameLoop {
  readonly #frames: Frames;
  readonly #entries = new Map<Drawable, Entry>();
  #asked: number | undefined;

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

  /** There is something new to draw. */
  invalidate(drawable: Drawable): void {
    const entry = this.#entries.get(drawable);
    if (entry === undefined || entry.isDirty) return;
    entry.isDirty = true;
    this.#ask(entry);
  }

  /** It came into sight, or went. What became new meanwhile is drawn once. */
  setVisible(drawable: Drawable, isVisible: boolean): void {
    const entry = this.#entries.get(drawable);
    if (entry === undefined) return;
    entry.isVisible = isVisible;
    this.#ask(entry);
  }

  #ask({ isDirty, isVisible }: Entry): void {
    if (isDirty && isVisible) this.#asked ??= this.#frames.request(() => this.#draw());
  }

  #draw(): void {
    this.#asked = undefined;
    for (const [drawable, entry] of this.#entries) {
      if (!entry.isDirty || !entry.isVisible) continue;
      entry.isDirty = false;
      drawable.draw();
    }
  }

  #stop(): void {
    if (this.#asked !== undefined) this.#frames.cancel(this.#asked);
    this.#asked = undefined;
  }
}
