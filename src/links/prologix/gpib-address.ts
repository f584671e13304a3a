import { SignalboxError } from '../../kernel/index.ts';

/** Where an instrument is on a GPIB bus. IEEE 488.1. */
export interface GpibAddress {
  /** 0 to 30. */
  readonly primary: number;
  /** 0 to 30. @default none */
  readonly secondary?: number;
}

const gpibAddressMost = 30;

/** @throws BAD_ARGUMENT for an address that no instrument has */
export function gpibAddressOf({ primary, secondary }: GpibAddress): GpibAddress {
  check('primary', primary);
  if (secondary === undefined) return { primary };
  check('secondary', secondary);
  return { primary, secondary };
}

function check(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= gpibAddressMost) return;
  throw new SignalboxError(
    'BAD_ARGUMENT',
    `the ${name} address is ${value}; on a GPIB bus it is 0 to ${gpibAddressMost}`,
    { details: { argument: name, value } },
  );
}
