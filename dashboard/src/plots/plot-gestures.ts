import type { PlotCanvas } from './plot-canvas.ts';
import type { PlotModel } from './plot-model.ts';

const zoomStep = 0.7;
const panStep = 0.2;
const cursorStep = 8;
const wheelStrength = 0.002;

/** What a key does to a plot. Gives whether it did anything. */
export function pressed(event: KeyboardEvent, model: PlotModel, canvas: PlotCanvas): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowRight': {
      const direction = event.key === 'ArrowLeft' ? -1 : 1;
      if (event.shiftKey) model.pan(direction * panStep);
      else canvas.step(direction * cursorStep);
      return true;
    }
    case '+':
    case '=':
      model.zoomBy(zoomStep);
      return true;
    case '-':
      model.zoomBy(1 / zoomStep);
      return true;
    case '0':
    case 'Home':
      model.reset();
      return true;
    case ' ':
      model.pause(model.pausedMs.peek() === undefined);
      return true;
    case 'Escape':
      if (model.zoom.peek() === undefined) return false;
      model.reset();
      return true;
    default:
      return false;
  }
}

/**
 * Zooms by wheel, where that is meant: with Ctrl (a pinch on a touchpad comes so) or Shift, or while
 * the plot has the focus; otherwise the page scrolls. And by two fingers.
 * @returns takes it off again
 */
export function followGestures(
  element: HTMLElement,
  model: PlotModel,
  canvas: PlotCanvas,
): () => void {
  const off = new AbortController();
  const { signal } = off;
  const wheel = (event: WheelEvent): void => {
    const isMeant = event.ctrlKey || event.shiftKey || element.matches(':focus');
    if (!isMeant) return;
    event.preventDefault();
    const by = event.deltaY === 0 ? event.deltaX : event.deltaY;
    model.zoomBy(Math.exp(by * wheelStrength), momentUnder(event.clientX, canvas));
  };
  element.addEventListener('wheel', wheel, { passive: false, signal });

  const fingers = new Map<number, number>();
  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType === 'touch') fingers.set(event.pointerId, event.clientX);
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      if (!fingers.has(event.pointerId)) return;
      const before = [...fingers.values()];
      fingers.set(event.pointerId, event.clientX);
      const after = [...fingers.values()];
      if (after.length === 2) pinched(before, after, model, canvas);
    },
    { signal },
  );
  for (const name of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
    element.addEventListener(name, (event) => void fingers.delete(event.pointerId), { signal });
  }
  return () => off.abort();
}

function pinched(
  before: readonly number[],
  after: readonly number[],
  model: PlotModel,
  canvas: PlotCanvas,
): void {
  const widthOf = ([one = 0, other = 0]: readonly number[]): number =>
    Math.max(10, Math.abs(one - other));
  const middle = ((after[0] ?? 0) + (after[1] ?? 0)) / 2;
  model.zoomBy(widthOf(before) / widthOf(after), momentUnder(middle, canvas));
}

function momentUnder(clientX: number, canvas: PlotCanvas): number {
  return canvas.momentAt(clientX - canvas.area.getBoundingClientRect().left);
}
