import type { Fault } from '../../../src/kernel/index.ts';

/** Whose fault something is, in words that go after "fault of". */
export const faultWords: Readonly<Record<Fault, string>> = {
  caller: 'the program that asked',
  instrument: 'the instrument',
  link: 'the link',
  signalbox: 'Signalbox',
};
