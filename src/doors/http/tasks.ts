import { SignalboxError } from '../../kernel/index.ts';
import type { Clock, ErrorReport } from '../../kernel/index.ts';
import { publicError } from './error-answer.ts';

/** So many tasks are remembered; the oldest that has ended goes first. */
export const rememberedTasksMost = 64;
/** So many tasks run at once; more are refused with QUEUE_FULL. */
export const runningTasksMost = 16;

/** Something that takes a while: a scan, an action of an instrument. */
export interface TaskStatus {
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

/** What a task does its work with. */
export interface TaskContext {
  readonly signal: AbortSignal;
  readonly progress: (share: number, message: string) => void;
}

interface Task {
  status: TaskStatus;
  readonly stop: AbortController;
}

/** Tasks that go on when the request that began them has been answered. */
export class Tasks {
  readonly #clock: Clock;
  readonly #tasks = new Map<string, Task>();
  readonly #onFailure: (error: unknown, taskId: string) => void;
  #count = 0;

  /** @param onFailure told of each task that failed, with the whole error */
  constructor(clock: Clock, onFailure: (error: unknown, taskId: string) => void) {
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** Starts one. @throws QUEUE_FULL */
  start(label: string, run: (context: TaskContext) => Promise<unknown>): TaskStatus {
    const running = [...this.#tasks.values()].filter(({ status }) => status.state === 'running');
    if (running.length >= runningTasksMost) {
      throw new SignalboxError('QUEUE_FULL', `${running.length} tasks are running already`);
    }
    this.#count += 1;
    const status: TaskStatus = {
      id: `task-${this.#count}`,
      label,
      state: 'running',
      share: 0,
      message: '',
      startedMs: this.#clock.now(),
    };
    const task = { status, stop: new AbortController() };
    this.#tasks.set(status.id, task);
    this.#forgetOldest();
    void this.#run(task, run);
    return status;
  }

  /** @throws NOT_FOUND */
  status(id: string): TaskStatus {
    return this.#find(id).status;
  }

  /** Takes it back; it ends as failed with CANCELLED. @throws NOT_FOUND */
  cancel(id: string): void {
    this.#find(id).stop.abort(new SignalboxError('CANCELLED', `${id} was taken back`));
  }

  /** Takes all back. */
  close(): void {
    const reason = new SignalboxError('CLOSED', 'the door was closed');
    for (const { stop } of this.#tasks.values()) stop.abort(reason);
  }

  async #run(task: Task, run: (context: TaskContext) => Promise<unknown>): Promise<void> {
    const { id } = task.status;
    const progress = (share: number, message: string): void => {
      if (task.status.state === 'running') task.status = { ...task.status, share, message };
    };
    try {
      const result = await run({ signal: task.stop.signal, progress });
      task.status = { ...task.status, state: 'done', share: 1, result, endedMs: this.#clock.now() };
    } catch (error) {
      this.#onFailure(error, id);
      const report = publicError(error, id).toJSON();
      const endedMs = this.#clock.now();
      task.status = { ...task.status, state: 'failed', error: report, endedMs };
    }
  }

  #find(id: string): Task {
    const task = this.#tasks.get(id);
    if (task !== undefined) return task;
    throw new SignalboxError('NOT_FOUND', `there is no task '${id}'`);
  }

  #forgetOldest(): void {
    if (this.#tasks.size <= rememberedTasksMost) return;
    for (const [id, { status }] of this.#tasks) {
      if (status.state === 'running') continue;
      this.#tasks.delete(id);
      return;
    }
  }
}
