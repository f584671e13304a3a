/** Ends the script with one line that says why. */
export function stop(line, code = 1) {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}

/** Says in one line what is being done, on standard error. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** How long ago `performance.now()` gave `start`: `1.2 s`. */
export function secondsSince(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
