const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Numbers as a row of bars, as long as there is room for; where there is none, a space. */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const numbers = values.filter((value) => value !== null);
  const least = numbers.reduce((low, value) => Math.min(low, value), Infinity);
  const most = numbers.reduce((high, value) => Math.max(high, value), -Infinity);
  const columns = Math.min(width, values.length);
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    const here = values.slice(from, to).filter((value) => value !== null);
    if (here.length === 0) return ' ';
    const mean = here.reduce((sum, value) => sum + value, 0) / here.length;
    const share = most === least ? 0.5 : (mean - least) / (most - least);
    return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))] ?? '';
  }).join('');
}
