import type { ComPortCommand, ComPortControl } from '../../protocols/index.ts';

export type ControlCommand = Extract<ComPortCommand, { kind: 'control' }>;

/** What a client is told of the line when it asks first. */
export interface LineSettings {
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: 'none' | 'odd' | 'even' | 'mark' | 'space';
  readonly stopBits: 1 | 1.5 | 2;
}

/** Each group of controls: the question, and its answers. RFC 2217, section 3. */
const groups: readonly (readonly [
  ask: ComPortControl,
  first: ComPortControl,
  ...ComPortControl[],
])[] = [
  ['ask-flow', 'flow-none', 'flow-software', 'flow-hardware', 'flow-dcd', 'flow-dsr'],
  ['ask-break', 'break-off', 'break-on'],
  ['ask-dtr', 'dtr-on', 'dtr-off'],
  ['ask-rts', 'rts-on', 'rts-off'],
  [
    'ask-inbound-flow',
    'inbound-flow-none',
    'inbound-flow-software',
    'inbound-flow-hardware',
    'inbound-flow-dtr',
  ],
];

/**
 * The serial line as one client sees it. What it sets is confirmed and remembered for it alone: the
 * wire has the settings of its port, since one client must not change them for all.
 */
export class VirtualLine {
  #baudRate: number;
  #dataBits: LineSettings['dataBits'];
  #parity: LineSettings['parity'];
  #stopBits: LineSettings['stopBits'];
  readonly #controls = new Map<ComPortControl, ComPortControl>(
    groups.map(([ask, first]) => [ask, first]),
  );

  constructor({ baudRate, dataBits, parity, stopBits }: LineSettings) {
    this.#baudRate = baudRate;
    this.#dataBits = dataBits;
    this.#parity = parity;
    this.#stopBits = stopBits;
  }

  /** The server's answer to a command; undefined for one that is not answered. RFC 2217, section 2. */
  confirm(command: ComPortCommand): ComPortCommand | undefined {
    switch (command.kind) {
      case 'signature':
        return command.text === '' ? { kind: 'signature', text: 'Signalbox' } : undefined;
      case 'baud-rate':
        if (command.baudRate !== 'ask') this.#baudRate = command.baudRate;
        return { kind: 'baud-rate', baudRate: this.#baudRate };
      case 'data-bits':
        if (typeof command.dataBits === 'number') this.#dataBits = command.dataBits;
        return { kind: 'data-bits', dataBits: this.#dataBits };
      case 'parity':
        if (command.parity !== 'ask' && command.parity !== 'unknown') this.#parity = command.parity;
        return { kind: 'parity', parity: this.#parity };
      case 'stop-bits':
        if (typeof command.stopBits === 'number') this.#stopBits = command.stopBits;
        return { kind: 'stop-bits', stopBits: this.#stopBits };
      case 'control':
        return { kind: 'control', control: this.#control(command.control) };
      case 'line-state-mask':
      case 'modem-state-mask':
        return command;
      case 'purge':
        return command.purge === 'unknown' ? undefined : command;
      case 'line-state':
      case 'modem-state':
      case 'suspend':
      case 'resume':
        return undefined;
    }
  }

  /** The answer to a control that was not carried out: what there was before. RFC 2217, section 3. */
  unchanged({ control }: ControlCommand): ComPortCommand {
    const [ask] = groups.find((each) => control !== 'unknown' && each.includes(control)) ?? [];
    return { kind: 'control', control: this.#control(ask ?? 'unknown') };
  }

  #control(control: ComPortControl | 'unknown'): ComPortControl {
    const group = groups.find((each) => control !== 'unknown' && each.includes(control));
    const [ask] = group ?? groups[0] ?? [];
    if (ask === undefined || control === 'unknown') return 'flow-none';
    if (control !== ask) this.#controls.set(ask, control);
    return this.#controls.get(ask) ?? control;
  }
}
