import { SignalboxError, sleep } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import {
  describeUsbtmcStatus,
  parseUsbtmcCapabilities,
  usbtmcRequests,
  usbtmcStatus,
} from '../../protocols/index.ts';
import type { UsbtmcCapabilities } from '../../protocols/index.ts';
import type { ControlRequest, UsbtmcTransfers } from './transfers.ts';

/** How long a device may take to answer a control request. */
export const controlMs = 1_000;

/** How often a device is asked whether it has cleared or aborted, and the pause between. */
const checksMost = 100;
const checkPauseMs = 10;

/** How much is read at once; no answer fills it, so that each ends in one transfer. */
export const bulkInBytes = 65_536;

/** The control requests of USBTMC, with what has to be done after each. */
export class UsbtmcControl {
  readonly #transfers: UsbtmcTransfers;
  readonly #address: string;
  readonly #clock: Clock;

  constructor(transfers: UsbtmcTransfers, address: string, clock: Clock) {
    this.#transfers = transfers;
    this.#address = address;
    this.#clock = clock;
  }

  async capabilities(): Promise<UsbtmcCapabilities> {
    const request = usbtmcRequests.getCapabilities;
    const answer = await this.ask({ request, recipient: 'interface', value: 0, length: 24 });
    this.expectSuccess(answer, 'GET_CAPABILITIES');
    return parseUsbtmcCapabilities(answer);
  }

  /** What was told and what was to be said is forgotten. USBTMC 1.0, sections 4.2.1.6 and 4.2.1.7. */
  async clear(): Promise<void> {
    const request = usbtmcRequests.initiateClear;
    const answer = await this.ask({ request, recipient: 'interface', value: 0, length: 1 });
    this.expectSuccess(answer, 'INITIATE_CLEAR');
    await this.#untilDone(
      { request: usbtmcRequests.checkClearStatus, recipient: 'interface', value: 0, length: 2 },
      'CHECK_CLEAR_STATUS',
    );
    await this.#transfers.clearHalt('bulk-out');
  }

  /** USBTMC 1.0, sections 4.2.1.2 and 4.2.1.3. */
  async abortOut(tag: number): Promise<void> {
    const request = usbtmcRequests.initiateAbortBulkOut;
    const [status] = await this.ask({ request, recipient: 'bulk-out', value: tag, length: 2 });
    if (status === usbtmcStatus.success) {
      const check = usbtmcRequests.checkAbortBulkOutStatus;
      await this.#untilDone(
        { request: check, recipient: 'bulk-out', value: 0, length: 8 },
        'CHECK_ABORT_BULK_OUT_STATUS',
      );
    }
    await this.#transfers.clearHalt('bulk-out');
  }

  /** @returns whether a transfer is being aborted: its end is to be read, then {@link finishAbortIn} */
  async initiateAbortIn(tag: number): Promise<boolean> {
    const request = usbtmcRequests.initiateAbortBulkIn;
    const [status] = await this.ask({ request, recipient: 'bulk-in', value: tag, length: 2 });
    return status === usbtmcStatus.success;
  }

  /** USBTMC 1.0, section 4.2.1.5. */
  async finishAbortIn(): Promise<void> {
    const request = usbtmcRequests.checkAbortBulkInStatus;
    await this.#untilDone(
      { request, recipient: 'bulk-in', value: 0, length: 8 },
      'CHECK_ABORT_BULK_IN_STATUS',
    );
  }

  /** @throws LINK_TIMEOUT, LINK_PROTOCOL when the device does not take the request at all */
  async ask(request: ControlRequest): Promise<Uint8Array> {
    const { status, data } = await this.#transfers.controlIn(request, controlMs);
    if (status === 'ok') return data;
    const address = this.#address;
    if (status === 'timeout') {
      throw new SignalboxError(
        'LINK_TIMEOUT',
        `${address} did not answer control request ${request.request} within ${controlMs} ms`,
        { details: { address, request: request.request, controlMs } },
      );
    }
    throw this.refusal(`control request ${request.request}`, 'a stall');
  }

  expectSuccess(answer: Uint8Array, what: string): void {
    const [status] = answer;
    if (status !== usbtmcStatus.success) throw this.refusal(what, describeUsbtmcStatus(status));
  }

  refusal(what: string, answered: string): SignalboxError {
    const address = this.#address;
    return new SignalboxError('LINK_PROTOCOL', `${address} answered ${what} with ${answered}`, {
      details: { address, answered },
      nextStep: 'Switch the instrument off and on, and see whether newer firmware is to be had.',
    });
  }

  /** As long as bytes are queued they are read and dropped, as the standard has it. */
  async #untilDone(request: ControlRequest, what: string): Promise<void> {
    for (let check = 0; check < checksMost; check += 1) {
      const [status, queued = 0] = await this.ask(request);
      if (status === usbtmcStatus.success) return;
      if (status !== usbtmcStatus.pending) {
        throw this.refusal(what, describeUsbtmcStatus(status));
      }
      if ((queued & 1) === 1) await this.#transfers.bulkIn(bulkInBytes, controlMs);
      else await sleep(this.#clock, checkPauseMs);
    }
    throw this.refusal(what, `pending, ${checksMost} times`);
  }
}
