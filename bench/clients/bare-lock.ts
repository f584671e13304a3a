/** Mutex 2 of U. Drepper, "Futexes Are Tricky": 0 free, 1 held, 2 held and waited for. */
export function lockBare(word: Int32Array): void {
  let state = Atomics.compareExchange(word, 0, 0, 1);
  while (state !== 0) {
    if (state === 2 || Atomics.compareExchange(word, 0, 1, 2) !== 0) Atomics.wait(word, 0, 2);
    state = Atomics.compareExchange(word, 0, 0, 2);
  }
}

export function unlockBare(word: Int32Array): void {
  if (Atomics.sub(word, 0, 1) === 1) return;
  Atomics.store(word, 0, 0);
  Atomics.notify(word, 0, 1);
}
