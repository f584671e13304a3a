/**
 * Ends the script with one line that says why.
 *
 * @param {string} line
 * @returns {never}
 */
export function stop(line, code = 1) {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}

/**
 * Says in one line what is being done, on standard error.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * How long ago `performance.now()` gave `start`: `1.2 s`.
 *
 * @param {number} start
 */
export function secondsSince(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
