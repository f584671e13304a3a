import type { AlertChanges } from './alert-ledger.ts';
import type { AlertRecord, Baseline, Notice, Silence } from './alert-record.ts';

/** What is to become durable next. Of each thing only the newest is kept, so that it is bounded by what there is. */
export class PendingChanges {
  readonly #alerts = new Map<number, AlertRecord>();
  readonly #baselines = new Map<string, Baseline>();
  readonly #droppedBaselines = new Map<string, Omit<Baseline, 'value'>>();
  readonly #forgotten = new Set<string>();
  readonly #identities = new Map<string, string>();
  readonly #silences = new Map<number, Silence>();
  readonly #endedSilences = new Set<number>();
  #notices: Notice[] = [];

  get isEmpty(): boolean {
    return (
      this.#alerts.size === 0 &&
      this.#baselines.size === 0 &&
      this.#droppedBaselines.size === 0 &&
      this.#forgotten.size === 0 &&
      this.#identities.size === 0 &&
      this.#silences.size === 0 &&
      this.#endedSilences.size === 0 &&
      this.#notices.length === 0
    );
  }

  alert(record: AlertRecord): void {
    this.#alerts.set(record.id, record);
  }

  baseline(baseline: Baseline): void {
    const key = `${baseline.alert}\n${baseline.subject}`;
    this.#baselines.set(key, baseline);
    this.#droppedBaselines.delete(key);
  }

  dropBaseline(alert: string, subject: string): void {
    const key = `${alert}\n${subject}`;
    this.#baselines.delete(key);
    this.#droppedBaselines.set(key, { alert, subject });
  }

  /** What was seen for a rule is of no use any more. @param identity what it is of from now on */
  forget(alert: string, identity?: string): void {
    for (const [key, baseline] of this.#baselines) {
      if (baseline.alert === alert) this.#baselines.delete(key);
    }
    this.#forgotten.add(alert);
    if (identity === undefined) this.#identities.delete(alert);
    else this.#identities.set(alert, identity);
  }

  silence(silence: Silence): void {
    this.#silences.set(silence.id, silence);
  }

  endSilence(id: number): void {
    this.#silences.delete(id);
    this.#endedSilences.add(id);
  }

  notice(notice: Notice): void {
    this.#notices.push(notice);
  }

  /** As they are written together. Notices are given away: who could not write them has them all the same. */
  get changes(): AlertChanges {
    return {
      alerts: [...this.#alerts.values()],
      baselines: [...this.#baselines.values()],
      droppedBaselines: [...this.#droppedBaselines.values()],
      forgottenRules: [...this.#forgotten],
      identities: Array.from(this.#identities, ([alert, identity]) => ({ alert, identity })),
      silences: [...this.#silences.values()],
      endedSilences: [...this.#endedSilences],
      notices: this.#notices,
    };
  }

  /** @returns what is to be told, once */
  takeNotices(): readonly Notice[] {
    const notices = this.#notices;
    this.#notices = [];
    return notices;
  }

  /** All of it is written. */
  clear(): void {
    this.#alerts.clear();
    this.#baselines.clear();
    this.#droppedBaselines.clear();
    this.#forgotten.clear();
    this.#identities.clear();
    this.#silences.clear();
    this.#endedSilences.clear();
    this.#notices = [];
  }
}
