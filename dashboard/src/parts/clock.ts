import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const tickMs = 1_000;

/** The time by which durations are shown; moves once a second while something shows one. */
export const now = signal(Date.now());
let readers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Keeps {@link now} moving for as long as a component is there. */
export function useNow(): number {
  useEffect(() => {
    readers += 1;
    now.value = Date.now();
    timer ??= setInterval(() => {
      if (!document.hidden) now.value = Date.now();
    }, tickMs);
    return () => {
      readers -= 1;
      if (readers > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return now.value;
}
