/** What a client that names none means. IVI-6.1, section 6.1. */
export const hislipSubAddressDefault = 'hislip0';

/** Which device of a server a client wants: the LAN device name of its VISA resource. */
export interface HislipSubAddress {
  /** In lower case, without what follows a comma: `hislip0`, or a name. */
  readonly name: string;
  /** The number of a `hislip0`, `hislip1`… */
  readonly index?: number;
  /** What follows the comma, as the primary address in `gpib0,15`. */
  readonly detail?: string;
}

/** The parts of a sub-address; nothing when it has no name or too many parts. */
export function parseHislipSubAddress(text: string): HislipSubAddress | undefined {
  const [name = '', detail, ...more] = text.trim().toLowerCase().split(',');
  if (more.length > 0 || /\s/.test(text.trim())) return undefined;
  if (name === '')
    return detail === undefined ? parseHislipSubAddress(hislipSubAddressDefault) : undefined;
  const digits = /^hislip(\d{1,5})$/.exec(name)?.[1];
  return {
    name,
    ...(digits === undefined ? {} : { index: Number(digits) }),
    ...(detail === undefined || detail === '' ? {} : { detail }),
  };
}
