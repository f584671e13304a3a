/** One command or query of a program message. */
export interface MessageUnit {
  /** As it was written, but without a leading colon. */
  readonly header: string;
  readonly argument: string;
  /** The headers it can mean, the likeliest first. */
  readonly candidates: readonly string[];
}

/**
 * Cuts a program message into its units. A semicolon in quotes cuts nothing. A header without a
 * leading colon continues at the level of the one before it. SCPI-99, 6.2.4.
 */
export function messageUnits(message: string): MessageUnit[] {
  let path = '';
  return cut(message).map((written) => {
    const [, wholeHeader = '', argument = ''] = /^(\S+)\s*(.*)$/s.exec(written) ?? [];
    const isRoot = wholeHeader.startsWith(':');
    const header = wholeHeader.replace(/^:/, '');
    if (header.startsWith('*')) return { header, argument, candidates: [header] };
    // What makes no sense at its level is tried at the root, as forgiving instruments do.
    const candidates = isRoot || path === '' ? [header] : [path + header, header];
    path = (isRoot ? header : path + header).replace(/[^:]*$/, '');
    return { header, argument, candidates };
  });
}

function cut(message: string): string[] {
  const units: string[] = [];
  let quote = '';
  let unit = '';
  for (const character of message) {
    if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    if (character === ';' && quote === '') {
      units.push(unit);
      unit = '';
    } else unit += character;
  }
  return [...units, unit].map((each) => each.trim()).filter((each) => each !== '');
}
