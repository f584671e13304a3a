import type { Clock, Timer } from '../../kernel/index.ts';
import type { DnsRecord } from './dns-codec.ts';
import { keyOf } from './pack-messages.ts';

/** A record goes to everybody at most so often, whoever asks; to defend a name more often. RFC 6762, section 6. */
export const repeatLeastMs = 1_000;
export const defenceLeastMs = 250;

/** Records that are to go to everybody, each when it is due. */
export class AnswerQueue {
  readonly #clock: Clock;
  readonly #send: (records: readonly DnsRecord[]) => void;
  readonly #due = new Map<string, { readonly record: DnsRecord; readonly dueMs: number }>();
  readonly #sentMs = new Map<string, number>();
  #timer: Timer | undefined;

  constructor(clock: Clock, send: (records: readonly DnsRecord[]) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** A record that waits already waits no longer than it would. */
  add(
    records: readonly DnsRecord[],
    { delayMs = 0, repeatMs = repeatLeastMs }: { delayMs?: number; repeatMs?: number } = {},
  ): void {
    for (const record of records) {
      const key = keyOf(record);
      const wantedMs = this.#clock.monotonic() + delayMs;
      const allowedMs = (this.#sentMs.get(key) ?? -Infinity) + repeatMs;
      const waitingMs = this.#due.get(key)?.dueMs ?? Infinity;
      this.#due.set(key, { record, dueMs: Math.min(waitingMs, Math.max(wantedMs, allowedMs)) });
    }
    this.#arm();
  }

  /** How long ago everybody heard it. */
  ageMs(record: DnsRecord): number {
    return this.#clock.monotonic() - (this.#sentMs.get(keyOf(record)) ?? -Infinity);
  }

  /** Notes what goes to everybody beside those that were asked for. */
  noteSent(records: readonly DnsRecord[]): void {
    for (const record of records) this.#sentMs.set(keyOf(record), this.#clock.monotonic());
  }

  /** Forgets what waits and what was sent: names have changed, or it is the end. */
  clear(): void {
    this.#timer?.cancel();
    this.#due.clear();
    this.#sentMs.clear();
  }

  #arm(): void {
    this.#timer?.cancel();
    const dues = Array.from(this.#due.values(), ({ dueMs }) => dueMs);
    if (dues.length === 0) return;
    const delayMs = Math.min(...dues) - this.#clock.monotonic();
    this.#timer = this.#clock.schedule(Math.max(0, delayMs), () => this.#flush());
  }

  #flush(): void {
    const nowMs = this.#clock.monotonic();
    // A timer may come a part of a millisecond early.
    const ready = [...this.#due].filter(([, { dueMs }]) => dueMs <= nowMs + 1);
    for (const [key] of ready) this.#due.delete(key);
    const records = ready.map(([, { record }]) => record);
    this.noteSent(records);
    if (records.length > 0) this.#send(records);
    this.#arm();
  }
}
