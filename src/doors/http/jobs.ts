import { SignalboxError } from '../../kernel/index.ts';
import type { Clock, ErrorReport } from '../../kernel/index.ts';
import { publicError } from './error-answer.ts';

/** So many jobs are remembered; the oldest that has ended goes first. */
export const rememberedJobsMost = 64;
/** So many jobs run at once; more are refused with QUEUE_FULL. */
export const runningJobsMost = 16;

/** Something that takes a while: a scan, an action of an instrument. */
export interface JobStatus {
  readonly id: string;
  readonly label: string;
  readonly state: 'running' | 'done' | 'failed';
  /** How far it is, from 0 to 1. */
  readonly share: number;
  readonly message: string;
  readonly startedMs: number;
  readonly endedMs?: number;
  readonly result?: unknown;
  readonly error?: ErrorReport;
}

/** What a job does its work with. */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly progress: (share: number, message: string) => void;
}

interface Job {
  status: JobStatus;
  readonly stop: AbortController;
}

/** Jobs that go on when the request that began them has been answered. */
export class Jobs {
  readonly #clock: Clock;
  readonly #jobs = new Map<string, Job>();
  readonly #onFailure: (error: unknown, jobId: string) => void;
  #count = 0;

  /** @param onFailure told of each job that failed, with the whole error */
  constructor(clock: Clock, onFailure: (error: unknown, jobId: string) => void) {
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** Starts one. @throws QUEUE_FULL */
  start(label: string, run: (context: JobContext) => Promise<unknown>): JobStatus {
    const running = [...this.#jobs.values()].filter(({ status }) => status.state === 'running');
    if (running.length >= runningJobsMost) {
      throw new SignalboxError('QUEUE_FULL', `${running.length} jobs are running already`);
    }
    this.#count += 1;
    const status: JobStatus = {
      id: `job-${this.#count}`,
      label,
      state: 'running',
      share: 0,
      message: '',
      startedMs: this.#clock.now(),
    };
    const job = { status, stop: new AbortController() };
    this.#jobs.set(status.id, job);
    this.#forgetOldest();
    void this.#run(job, run);
    return status;
  }

  /** @throws NOT_FOUND */
  status(id: string): JobStatus {
    return this.#find(id).status;
  }

  /** Takes it back; it ends as failed with CANCELLED. @throws NOT_FOUND */
  cancel(id: string): void {
    this.#find(id).stop.abort(new SignalboxError('CANCELLED', `${id} was taken back`));
  }

  /** Takes all back. */
  close(): void {
    const reason = new SignalboxError('CLOSED', 'the door was closed');
    for (const { stop } of this.#jobs.values()) stop.abort(reason);
  }

  async #run(job: Job, run: (context: JobContext) => Promise<unknown>): Promise<void> {
    const { id } = job.status;
    const progress = (share: number, message: string): void => {
      if (job.status.state === 'running') job.status = { ...job.status, share, message };
    };
    try {
      const result = await run({ signal: job.stop.signal, progress });
      job.status = { ...job.status, state: 'done', share: 1, result, endedMs: this.#clock.now() };
    } catch (error) {
      this.#onFailure(error, id);
      const report = publicError(error, id).toJSON();
      const endedMs = this.#clock.now();
      job.status = { ...job.status, state: 'failed', error: report, endedMs };
    }
  }

  #find(id: string): Job {
    const job = this.#jobs.get(id);
    if (job !== undefined) return job;
    throw new SignalboxError('NOT_FOUND', `there is no job '${id}'`);
  }

  #forgetOldest(): void {
    if (this.#jobs.size <= rememberedJobsMost) return;
    for (const [id, { status }] of this.#jobs) {
      if (status.state === 'running') continue;
      this.#jobs.delete(id);
      return;
    }
  }
}
