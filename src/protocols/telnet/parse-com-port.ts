import {
  comPortCommands,
  comPortControls,
  parityNumbers,
  purgeNumbers,
  serverOffset,
  stopBitNumbers,
} from './com-port.ts';
import type { ComPortCommand, ComPortMessage, ComPortSender, ComPortSetting } from './com-port.ts';

const baudRateBytes = 4;

const kinds: ReadonlyMap<number, ComPortCommand['kind']> = new Map(
  Object.entries(comPortCommands).map(([kind, number]) => [number, kind as ComPortCommand['kind']]),
);

/**
 * What a subnegotiation of the COM-PORT-OPTION says. RFC 2217, sections 2 to 5. Never throws.
 * @param data what follows the option's number
 * @param sender who says it: a server's numbers differ
 */
export function parseComPort(data: Uint8Array, sender: ComPortSender): ComPortMessage {
  const [number] = data;
  if (number === undefined) return malformed('a COM-PORT-OPTION without a command');
  const kind = kindOf(number, sender);
  if (kind === undefined) return malformed(`no command ${number} of a ${sender}`);
  const value = data.subarray(1);
  const due = valueBytesOf(kind);
  if (due !== undefined && value.length !== due) {
    return malformed(`a ${kind} of ${value.length} bytes, where ${due} are due`);
  }
  return commandOf(kind, value);
}

function kindOf(number: number, sender: ComPortSender): ComPortCommand['kind'] | undefined {
  if (sender === 'client') return kinds.get(number);
  const kind = kinds.get(number - serverOffset);
  if (kind !== undefined) return kind;
  // Programs are known that suspend and resume with the client's numbers, whichever side they are.
  const asClient = kinds.get(number);
  return asClient === 'suspend' || asClient === 'resume' ? asClient : undefined;
}

function valueBytesOf(kind: ComPortCommand['kind']): number | undefined {
  switch (kind) {
    case 'signature':
      return undefined;
    case 'baud-rate':
      return baudRateBytes;
    case 'suspend':
    case 'resume':
      return 0;
    default:
      return 1;
  }
}

function commandOf(kind: ComPortCommand['kind'], value: Uint8Array): ComPortCommand {
  const number = value[0] ?? 0;
  switch (kind) {
    case 'signature':
      return { kind, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(value) };
    case 'baud-rate': {
      const baudRate = new DataView(value.buffer, value.byteOffset).getUint32(0);
      return { kind, baudRate: baudRate === 0 ? 'ask' : baudRate };
    }
    case 'data-bits':
      return { kind, dataBits: settingOf(number, dataBitsOf(number)) };
    case 'parity':
      return { kind, parity: settingOf(number, nameOf(parityNumbers, number)) };
    case 'stop-bits':
      return { kind, stopBits: settingOf(number, stopBitsOf(number)) };
    case 'control':
      return { kind, control: comPortControls[number] ?? 'unknown' };
    case 'purge':
      return { kind, purge: nameOf(purgeNumbers, number) ?? 'unknown' };
    case 'line-state':
    case 'modem-state':
      return { kind, state: number };
    case 'line-state-mask':
    case 'modem-state-mask':
      return { kind, mask: number };
    case 'suspend':
    case 'resume':
      return { kind };
  }
}

function settingOf<Value>(number: number, value: Value | undefined): ComPortSetting<Value> {
  return number === 0 ? 'ask' : (value ?? 'unknown');
}

function dataBitsOf(number: number): 5 | 6 | 7 | 8 | undefined {
  return ([5, 6, 7, 8] as const).find((dataBits) => dataBits === number);
}

function stopBitsOf(number: number): 1 | 1.5 | 2 | undefined {
  return [...stopBitNumbers].find(([, each]) => each === number)?.[0];
}

function nameOf<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  number: number,
): Name | undefined {
  const names = Object.entries<number>(numbers);
  return names.find(([, each]) => each === number)?.[0] as Name | undefined;
}

function malformed(reason: string): ComPortMessage {
  return { kind: 'malformed', reason };
}
