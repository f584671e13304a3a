import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import {
  parseUsbtmcNotification,
  usbtmcRequests,
  usbtmcStatusTags,
} from '../../protocols/index.ts';
import { classifyLinkError } from '../link-error.ts';
import { Turns } from '../turns.ts';
import { waitAtMost } from '../wait-at-most.ts';
import { controlMs } from './control.ts';
import type { UsbtmcControl } from './control.ts';
import type { UsbtmcTransfers } from './transfers.ts';

/** A wait for a notification; another follows it. */
const notificationMs = 60_000;

export interface StatusPollsOptions {
  readonly transfers: UsbtmcTransfers;
  readonly control: UsbtmcControl;
  readonly clock: Clock;
  readonly address: string;
  readonly serviceRequested: () => void;
  readonly failed: (error: SignalboxError) => void;
}

/** Serial polls and requests for service. USBTMC-USB488 1.0, sections 3.4 and 4.3.1. */
export class StatusPolls {
  readonly #options: StatusPollsOptions;
  readonly #turns = new Turns();
  readonly #tags = usbtmcStatusTags();
  #waiting: { readonly tag: number; readonly status: PromiseWithResolvers<number> } | undefined;
  #failure: SignalboxError | undefined;

  constructor(options: StatusPollsOptions) {
    this.#options = options;
  }

  /** Hears notifications from now on. */
  start(): void {
    if (this.#options.transfers.hasInterrupt) void this.#listen();
  }

  /** The status byte: where there is an interrupt endpoint it comes over that. */
  async read(): Promise<number> {
    return await this.#turns.run(async () => await this.#poll());
  }

  fail(error: SignalboxError): void {
    this.#failure = error;
    this.#waiting?.status.reject(error);
  }

  async #poll(): Promise<number> {
    const { control, transfers, clock, address } = this.#options;
    if (this.#failure !== undefined) throw this.#failure;
    const tag = this.#tags.next();
    const status = Promise.withResolvers<number>();
    status.promise.catch(() => {});
    this.#waiting = { tag, status };
    try {
      const request = usbtmcRequests.readStatusByte;
      const answer = await control.ask({ request, recipient: 'interface', value: tag, length: 3 });
      control.expectSuccess(answer, 'READ_STATUS_BYTE');
      const [, answered, byte] = answer;
      if (answered !== tag || byte === undefined) {
        throw control.refusal('READ_STATUS_BYTE', `the bTag ${answered} instead of ${tag}`);
      }
      if (!transfers.hasInterrupt) return byte;
      return await waitAtMost(status.promise, {
        clock,
        timeoutMs: controlMs,
        signal: undefined,
        what: 'a status byte',
        late: () =>
          new SignalboxError(
            'INSTRUMENT_TIMEOUT',
            `${address} did not answer a serial poll within ${controlMs} ms`,
            { details: { address, controlMs } },
          ),
      });
    } catch (error) {
      throw classifyLinkError(error, address);
    } finally {
      this.#waiting = undefined;
    }
  }

  async #listen(): Promise<void> {
    const { transfers, address, serviceRequested, failed } = this.#options;
    try {
      while (this.#failure === undefined) {
        const { status, data } = await transfers.interruptIn(notificationMs);
        if (status === 'timeout') continue;
        if (status === 'stall') throw this.#options.control.refusal('notifications', 'a stall');
        const notification = parseUsbtmcNotification(data);
        if (notification.kind === 'service-request') serviceRequested();
        if (notification.kind === 'status-byte' && notification.tag === this.#waiting?.tag) {
          this.#waiting.status.resolve(notification.status);
        }
      }
    } catch (error) {
      failed(classifyLinkError(error, address));
    }
  }
}
