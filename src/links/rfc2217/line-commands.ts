import type { ComPortCommand, ComPortControl } from '../../protocols/index.ts';
import type { SerialLines } from '../link.ts';
import { isNearBaudRate } from '../serial/serial-settings.ts';
import type { SerialSettings } from '../serial/serial-settings.ts';

/** RFC 2217, section 3, SET-CONTROL: both directions, since inbound flow is not set by itself. */
const flowControls: Readonly<Record<SerialSettings['flowControl'], ComPortControl>> = {
  none: 'flow-none',
  'xon-xoff': 'flow-software',
  'rts-cts': 'flow-hardware',
};

/** What sets the line, each to be confirmed by the server. RFC 2217, section 2. */
export function settingCommands(settings: SerialSettings): readonly ComPortCommand[] {
  const { baudRate, dataBits, parity, stopBits, flowControl } = settings;
  return [
    { kind: 'baud-rate', baudRate },
    { kind: 'data-bits', dataBits },
    { kind: 'parity', parity },
    { kind: 'stop-bits', stopBits },
    { kind: 'control', control: flowControls[flowControl] },
  ];
}

/** What moves the lines that are named, and no other. RFC 2217, section 3, SET-CONTROL. */
export function lineCommands({
  dtr,
  rts,
  break: breaking,
}: SerialLines): readonly ComPortCommand[] {
  const controls: (ComPortControl | undefined)[] = [
    dtr === undefined ? undefined : dtr ? 'dtr-on' : 'dtr-off',
    rts === undefined ? undefined : rts ? 'rts-on' : 'rts-off',
    breaking === undefined ? undefined : breaking ? 'break-on' : 'break-off',
  ];
  return controls
    .filter((control) => control !== undefined)
    .map((control) => ({ kind: 'control', control }));
}

/**
 * What a command or its confirmation is about: one thing has one value, so an answer of the same
 * subject with another value says that the server did otherwise. Undefined where nothing is confirmed.
 */
export function subjectOf(command: ComPortCommand): string | undefined {
  switch (command.kind) {
    case 'baud-rate':
    case 'data-bits':
    case 'parity':
    case 'stop-bits':
      return command.kind.replace('-', ' ');
    case 'control':
      return /^(?:dtr|rts|break)/.exec(command.control)?.[0] ?? flowSubject(command.control);
    default:
      return undefined;
  }
}

function flowSubject(control: ComPortControl | 'unknown'): string | undefined {
  return control.startsWith('flow-') ? 'flow control' : undefined;
}

/** The value of a command in words. */
export function valueOf(command: ComPortCommand): string {
  switch (command.kind) {
    case 'baud-rate':
      return String(command.baudRate);
    case 'data-bits':
      return String(command.dataBits);
    case 'parity':
      return command.parity;
    case 'stop-bits':
      return String(command.stopBits);
    case 'control':
      return command.control.replace(/^\w+-/, '');
    default:
      return command.kind;
  }
}

/**
 * Whether a confirmation has the value that was asked for. A speed may differ as far as a UART's may,
 * and a break is confirmed by any answer: ser2net 4 says of one that is over that it is on.
 */
export function isConfirmedBy(wanted: ComPortCommand, answer: ComPortCommand): boolean {
  if (subjectOf(wanted) === 'break') return true;
  if (wanted.kind === 'baud-rate' && answer.kind === 'baud-rate') {
    const { baudRate } = wanted;
    return (
      baudRate !== 'ask' && answer.baudRate !== 'ask' && isNearBaudRate(answer.baudRate, baudRate)
    );
  }
  return valueOf(wanted) === valueOf(answer);
}
