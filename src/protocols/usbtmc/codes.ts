/** Kinds of bulk messages. USBTMC 1.0, table 2; the trigger: USBTMC-USB488 1.0, table 1. */
export const usbtmcMessages: {
  readonly deviceMessageOut: 1;
  /** As a request it goes out, and as its answer it comes in. */
  readonly deviceMessageIn: 2;
  readonly trigger: 128;
} = { deviceMessageOut: 1, deviceMessageIn: 2, trigger: 128 };

/** Control requests. USBTMC 1.0, table 15; from 128: USBTMC-USB488 1.0, table 9. */
export const usbtmcRequests: {
  readonly initiateAbortBulkOut: 1;
  readonly checkAbortBulkOutStatus: 2;
  readonly initiateAbortBulkIn: 3;
  readonly checkAbortBulkInStatus: 4;
  readonly initiateClear: 5;
  readonly checkClearStatus: 6;
  readonly getCapabilities: 7;
  readonly readStatusByte: 128;
  readonly remoteEnable: 160;
  readonly goToLocal: 161;
  readonly localLockout: 162;
} = {
  initiateAbortBulkOut: 1,
  checkAbortBulkOutStatus: 2,
  initiateAbortBulkIn: 3,
  checkAbortBulkInStatus: 4,
  initiateClear: 5,
  checkClearStatus: 6,
  getCapabilities: 7,
  readStatusByte: 128,
  remoteEnable: 160,
  goToLocal: 161,
  localLockout: 162,
};

/** The first byte of each answer to a control request. USBTMC 1.0, table 16; USB488, table 10. */
export const usbtmcStatus: {
  readonly success: 0x01;
  readonly pending: 0x02;
  /** USB488: the answer to an earlier poll has not been fetched yet. */
  readonly interruptInBusy: 0x20;
  readonly failed: 0x80;
  readonly transferNotInProgress: 0x81;
  readonly splitNotInProgress: 0x82;
  readonly splitInProgress: 0x83;
} = {
  success: 0x01,
  pending: 0x02,
  interruptInBusy: 0x20,
  failed: 0x80,
  transferNotInProgress: 0x81,
  splitNotInProgress: 0x82,
  splitInProgress: 0x83,
};

const statusTexts: ReadonlyMap<number, string> = new Map([
  [usbtmcStatus.success, 'success'],
  [usbtmcStatus.pending, 'pending'],
  [usbtmcStatus.interruptInBusy, 'interrupt-in busy'],
  [usbtmcStatus.failed, 'failed'],
  [usbtmcStatus.transferNotInProgress, 'transfer not in progress'],
  [usbtmcStatus.splitNotInProgress, 'split not in progress'],
  [usbtmcStatus.splitInProgress, 'split in progress'],
]);

/** A status in words. */
export function describeUsbtmcStatus(status: number | undefined): string {
  if (status === undefined) return 'an empty answer';
  return statusTexts.get(status) ?? `status ${status}`;
}

/** The head of each bulk message. USBTMC 1.0, section 3.2. */
export const usbtmcHeaderBytes = 12;

/** Each bulk message out is filled up to a multiple of this. USBTMC 1.0, section 3.2. */
export const usbtmcAlignmentBytes = 4;
