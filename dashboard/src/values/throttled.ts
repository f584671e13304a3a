/** People read no faster; a thousand instruments a second are put together. */
const showEveryMs = 250;

/** Calls at once, and then with the last of what came meanwhile. */
export function throttled<Given>(call: (given: Given) => void): (given: Given) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: { readonly given: Given } | undefined;
  const rest = (): void => {
    timer = undefined;
    if (last === undefined) return;
    const { given } = last;
    last = undefined;
    timer = setTimeout(rest, showEveryMs);
    call(given);
  };
  return (given) => {
    if (timer === undefined) {
      timer = setTimeout(rest, showEveryMs);
      call(given);
    } else {
      last = { given };
    }
  };
}
