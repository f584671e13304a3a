/** Who says it: a client asks, the server that has the serial line confirms and notifies. */
export type ComPortSender = 'client' | 'server';

/**
 * A setting: a value, `ask` for the one that there is, or `unknown` where a number came that stands
 * for none. A server answers `ask` and `unknown` with the setting that it has.
 */
export type ComPortSetting<Value> = Value | 'ask' | 'unknown';

export type ComPortParity = 'none' | 'odd' | 'even' | 'mark' | 'space';

/** What SET-CONTROL asks for or says, in the order of its numbers. RFC 2217, section 3. */
export const comPortControls = [
  'ask-flow',
  'flow-none',
  'flow-software',
  'flow-hardware',
  'ask-break',
  'break-on',
  'break-off',
  'ask-dtr',
  'dtr-on',
  'dtr-off',
  'ask-rts',
  'rts-on',
  'rts-off',
  'ask-inbound-flow',
  'inbound-flow-none',
  'inbound-flow-software',
  'inbound-flow-hardware',
  'flow-dcd',
  'inbound-flow-dtr',
  'flow-dsr',
] as const;

export type ComPortControl = (typeof comPortControls)[number];

/** What is thrown away: what came over the serial line, what was to go out, or both. */
export type ComPortPurge = 'receive' | 'transmit' | 'both';

/** A command of the COM-PORT-OPTION, or its confirmation. RFC 2217, sections 2 to 5. */
export type ComPortCommand =
  /** Who one is; an empty text asks the other side for its own. */
  | { readonly kind: 'signature'; readonly text: string }
  /** Bits a second. */
  | { readonly kind: 'baud-rate'; readonly baudRate: number | 'ask' }
  | { readonly kind: 'data-bits'; readonly dataBits: ComPortSetting<5 | 6 | 7 | 8> }
  | { readonly kind: 'parity'; readonly parity: ComPortSetting<ComPortParity> }
  | { readonly kind: 'stop-bits'; readonly stopBits: ComPortSetting<1 | 1.5 | 2> }
  | { readonly kind: 'control'; readonly control: ComPortControl | 'unknown' }
  /** From the server: see {@link lineStateBits}. */
  | { readonly kind: 'line-state'; readonly state: number }
  /** From the server: see {@link modemStateBits}. */
  | { readonly kind: 'modem-state'; readonly state: number }
  /** Send nothing until told to resume. */
  | { readonly kind: 'suspend' }
  | { readonly kind: 'resume' }
  /** Which changes of the line state are told. @default 0: none */
  | { readonly kind: 'line-state-mask'; readonly mask: number }
  /** Which changes of the modem state are told. @default 255: all */
  | { readonly kind: 'modem-state-mask'; readonly mask: number }
  | { readonly kind: 'purge'; readonly purge: ComPortPurge | 'unknown' };

/** What came as a command. */
export type ComPortMessage =
  | ComPortCommand
  | { readonly kind: 'malformed'; readonly reason: string };

/** The numbers of the commands as a client says them. RFC 2217, sections 2 to 5. */
export const comPortCommands: Readonly<Record<ComPortCommand['kind'], number>> = {
  signature: 0,
  'baud-rate': 1,
  'data-bits': 2,
  parity: 3,
  'stop-bits': 4,
  control: 5,
  'line-state': 6,
  'modem-state': 7,
  suspend: 8,
  resume: 9,
  'line-state-mask': 10,
  'modem-state-mask': 11,
  purge: 12,
};

/** A server says a command with this added. RFC 2217, section 2. */
export const serverOffset = 100;

/** RFC 2217, section 2; `ask` is 0. */
export const parityNumbers: Readonly<Record<ComPortParity, number>> = {
  none: 1,
  odd: 2,
  even: 3,
  mark: 4,
  space: 5,
};

/** RFC 2217, section 2; `ask` is 0. */
export const stopBitNumbers: ReadonlyMap<1 | 1.5 | 2, number> = new Map([
  [1, 1],
  [2, 2],
  [1.5, 3],
]);

/** RFC 2217, section 3. */
export const purgeNumbers: Readonly<Record<ComPortPurge, number>> = {
  receive: 1,
  transmit: 2,
  both: 3,
};

/** The bits of a line state. RFC 2217, section 4. */
export const lineStateBits: {
  readonly dataReady: 1;
  readonly overrunError: 2;
  readonly parityError: 4;
  readonly framingError: 8;
  readonly breakDetected: 16;
  readonly holdingRegisterEmpty: 32;
  readonly shiftRegisterEmpty: 64;
  readonly timeoutError: 128;
} = {
  dataReady: 1,
  overrunError: 2,
  parityError: 4,
  framingError: 8,
  breakDetected: 16,
  holdingRegisterEmpty: 32,
  shiftRegisterEmpty: 64,
  timeoutError: 128,
};

/** The bits of a modem state: the upper four say how it is, the lower four what changed. RFC 2217, section 4. */
export const modemStateBits: {
  readonly clearToSendChanged: 1;
  readonly dataSetReadyChanged: 2;
  readonly ringEnded: 4;
  readonly carrierDetectChanged: 8;
  readonly clearToSend: 16;
  readonly dataSetReady: 32;
  readonly ring: 64;
  readonly carrierDetect: 128;
} = {
  clearToSendChanged: 1,
  dataSetReadyChanged: 2,
  ringEnded: 4,
  carrierDetectChanged: 8,
  clearToSend: 16,
  dataSetReady: 32,
  ring: 64,
  carrierDetect: 128,
};
