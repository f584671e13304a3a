import type { ErrorCode } from '../../kernel/index.ts';

/** Completion codes. VPP-4.3, appendix B; VPP-4.3.2, section 3. Errors have the highest bit. */
export const visaStatus: {
  readonly success: 0;
  readonly termChar: 0x3fff0005;
  readonly maxCount: 0x3fff0006;
  readonly invalidObject: number;
  readonly locked: number;
  readonly notFound: number;
  readonly timeout: number;
  readonly unsupportedOperation: number;
  readonly unsupportedEvent: number;
  readonly unsupportedMechanism: number;
  readonly busy: number;
} = {
  success: 0,
  termChar: 0x3fff0005,
  maxCount: 0x3fff0006,
  invalidObject: 0xbfff000e | 0,
  locked: 0xbfff000f | 0,
  notFound: 0xbfff0011 | 0,
  timeout: 0xbfff0015 | 0,
  unsupportedOperation: 0xbfff0067 | 0,
  unsupportedEvent: 0xbfff0026 | 0,
  unsupportedMechanism: 0xbfff00ac | 0,
  busy: 0xbfff0072 | 0,
};

/** VPP-4.3.2, section 3. */
export const visaAttributes: {
  readonly sendEnd: 0x3fff0016;
  readonly termChar: 0x3fff0018;
  readonly timeoutMs: 0x3fff001a;
  readonly termCharEnabled: 0x3fff0038;
} = {
  sendEnd: 0x3fff0016,
  termChar: 0x3fff0018,
  timeoutMs: 0x3fff001a,
  termCharEnabled: 0x3fff0038,
};

/** VI_EVENT_SERVICE_REQ, and how it is told (VI_HNDLR). VPP-4.3, section 3.7. */
export const serviceRequestEvent = 0x3fff200b;
export const byHandler = 2;

const codes: ReadonlyMap<number, ErrorCode> = new Map([
  [visaStatus.timeout, 'LINK_TIMEOUT'],
  [visaStatus.notFound, 'PORT_ABSENT'],
  [visaStatus.busy, 'PORT_BUSY'],
  [visaStatus.locked, 'PORT_BUSY'],
  [visaStatus.unsupportedOperation, 'INSTRUMENT_ERROR'],
]);

/** The code of ours that an error of a VISA library stands for. */
export function codeOfVisaStatus(status: number): ErrorCode {
  return codes.get(status) ?? 'LINK_COMMUNICATION';
}
