/** An operation of a history: when it began and ended, by a counter that rises with each event. */
export interface Operation {
  readonly begun: number;
  readonly ended: number;
}

/** What a history is held against. */
export interface SequentialModel<State, Each extends Operation> {
  readonly initial: State;
  /** The state after an operation; undefined when it cannot have given what it gave. */
  step(state: State, operation: Each): State | undefined;
  /** Equal for equal states. */
  keyOf(state: State): string;
}

/**
 * Whether there is an order of all operations, in which each takes effect at one moment between its
 * begin and its end, that the model allows (Wing and Gong, 1993, with Lowe's memory of what was tried).
 */
export function isLinearizable<State, Each extends Operation>(
  history: readonly Each[],
  model: SequentialModel<State, Each>,
): boolean {
  const operations = history.toSorted((one, other) => one.begun - other.begun);
  const done = operations.map(() => false);
  const tried = new Set<string>();
  /** The first operation that is not done, at each depth of the search. */
  const search = (first: number, state: State): boolean => {
    let from = first;
    while (done[from] === true) from += 1;
    if (from === operations.length) return true;
    // Only what began before any of the rest has ended can be next.
    let earliestEnd = Infinity;
    let last = from;
    for (let at = from; at < operations.length; at += 1) {
      const operation = operations[at];
      if (operation === undefined || operation.begun > earliestEnd) break;
      last = at;
      if (done[at] === false) earliestEnd = Math.min(earliestEnd, operation.ended);
    }
    const ahead = done
      .slice(from, last + 1)
      .map(Number)
      .join('');
    const key = `${from} ${ahead} ${model.keyOf(state)}`;
    if (tried.has(key)) return false;
    tried.add(key);
    for (let at = from; at <= last; at += 1) {
      const operation = operations[at];
      if (operation === undefined || done[at] === true || operation.begun > earliestEnd) continue;
      const next = model.step(state, operation);
      if (next === undefined) continue;
      done[at] = true;
      if (search(from, next)) return true;
      done[at] = false;
    }
    return false;
  };
  return search(0, model.initial);
}
