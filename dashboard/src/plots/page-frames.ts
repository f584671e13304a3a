import { FrameLoop } from './frame-loop.ts';
import type { Drawable } from './frame-loop.ts';

/** The one loop of this page. */
const loop = new FrameLoop({
  request: (callback) => requestAnimationFrame(callback),
  cancel: (id) => cancelAnimationFrame(id),
  later: (callback, delayMs) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  now: () => performance.now(),
});

/** A plot just out of sight is drawn already, so that scrolling shows no empty ones. */
const margin = '100px';

/** Draws something whenever it is new and in sight. @returns says that it is new, and takes it out */
export function drawInFrames(
  element: Element,
  drawable: Drawable,
): { readonly invalidate: (waitMs: number) => void; readonly stop: () => void } {
  const remove = loop.add(drawable);
  const observer = new IntersectionObserver(
    (entries) => loop.setVisible(drawable, entries.at(-1)?.isIntersecting ?? false),
    { rootMargin: margin },
  );
  observer.observe(element);
  return {
    invalidate: (waitMs) => loop.invalidate(drawable, waitMs),
    stop: () => {
      observer.disconnect();
      remove();
    },
  };
}
