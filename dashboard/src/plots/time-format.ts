const secondMs = 1_000;
const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * A moment as the axis shows it, with as much as the distance of its ticks asks for: the day where a
 * new one begins, seconds and parts of them where they differ.
 */
export function formatTickTimes(ticksMs: readonly number[]): string[] {
  const [first = 0, second] = ticksMs;
  const step = second === undefined ? minuteMs : second - first;
  return ticksMs.map((tick, index) => {
    const before = ticksMs[index - 1];
    const isNewDay = before === undefined ? false : dayOf(before) !== dayOf(tick);
    if (step >= dayMs) return dayOf(tick);
    const time = timeOf(tick, step);
    return isNewDay ? `${dayOf(tick)}\n${time}` : time;
  });
}

/** A moment in full, in local time: `2026-11-30 07:41:05.250`. */
export function formatMoment(atMs: number): string {
  const date = new Date(atMs);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${timeOf(atMs, date.getMilliseconds() === 0 ? secondMs : 1)}`;
}

function dayOf(atMs: number): string {
  const date = new Date(atMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function timeOf(atMs: number, stepMs: number): string {
  const date = new Date(atMs);
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (stepMs >= minuteMs) return minutes;
  const seconds = `${minutes}:${two(date.getSeconds())}`;
  if (stepMs >= secondMs) return seconds;
  return `${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
