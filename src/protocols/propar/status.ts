/** Status and error codes. Manual 9.17.027, section 3.6, and the maker's public library. */
const statusTexts: readonly string[] = [
  'no error',
  'process claimed',
  'unknown command',
  'unknown process',
  'unknown parameter',
  'wrong parameter type',
  'wrong parameter value',
  'network not active',
  'timeout at start character',
  'timeout on the serial line',
  'hardware memory error',
  'wrong node number',
  'general communication error',
  'read only parameter',
  'error in communication with the computer',
  'no RS232 connection',
  'computer out of memory',
  'write only parameter',
  'system configuration unknown',
  'no free node address',
  'wrong interface type',
  'error at the serial port',
  'error when opening the communication',
  'communication error',
  'error of the interface bus master',
  'timeout of the answer',
  'no start character',
  'error in the first digit',
  'buffer overflow in the host',
  'buffer overflow',
  'no answer found',
  'error when closing the communication',
  'synchronisation error',
  'send error',
  'protocol error',
  'buffer overflow in the module',
];

/** Named status codes that Signalbox itself uses. */
export const proparStatus: {
  readonly ok: 0;
  readonly processClaimed: 1;
  readonly unknownCommand: 2;
  readonly unknownProcess: 3;
  readonly unknownParameter: 4;
  readonly parameterType: 5;
  readonly parameterValue: 6;
  readonly readOnly: 13;
  readonly writeOnly: 17;
  readonly timeoutAnswer: 25;
  readonly bufferOverflow: 29;
  readonly protocolError: 34;
} = {
  ok: 0,
  processClaimed: 1,
  unknownCommand: 2,
  unknownProcess: 3,
  unknownParameter: 4,
  parameterType: 5,
  parameterValue: 6,
  readOnly: 13,
  writeOnly: 17,
  timeoutAnswer: 25,
  bufferOverflow: 29,
  protocolError: 34,
};

/** What a status code means, in a few words. */
export function describeStatus(status: number): string {
  return statusTexts[status] ?? `status ${status}`;
}

const frameErrorTexts: Readonly<Record<number, string>> = {
  1: 'no start of a message',
  2: 'error in the first byte',
  3: 'wrong length',
  4: 'protocol error',
  5: 'node address rejected',
  8: 'timeout while sending',
  9: 'no answer within the time',
};

/** What the error code of an error frame means, in a few words. */
export function describeFrameError(code: number): string {
  return frameErrorTexts[code] ?? `frame error ${code}`;
}
