/** What the system or a library reports: an error number by its name, or only a text. */
export type ReportedError = { readonly errno: string } | { readonly text: string };

/** What goes wrong when a link is opened. */
export type OpenFault =
  | { readonly kind: 'error'; readonly error: ReportedError }
  /** Nothing happens until the opening is given up. */
  | { readonly kind: 'hang' }
  /** It opens, and is closed by the other side at once. */
  | { readonly kind: 'close' };

/** What goes wrong with bytes on their way. */
export type TransferFault =
  /** The connection breaks with this error instead of passing them. */
  | { readonly kind: 'error'; readonly error: ReportedError }
  /** They are lost, and nothing passes in this direction any more until the link is closed. */
  | { readonly kind: 'hang' }
  /** Half of them pass, then the other side closes the connection. */
  | { readonly kind: 'close' }
  /** Half of them pass, the others are lost. */
  | { readonly kind: 'short' }
  /** Some of them are changed. */
  | { readonly kind: 'garble' };

interface Repetition {
  /** So many openings, reads or writes pass unharmed first. @default 0 */
  readonly after?: number;
  /** Each of the others with this probability, 0 to 1. @default 1 */
  readonly probability?: number;
  /** So many times, then never again. @default without end */
  readonly times?: number;
}

/** What goes wrong, at which operation, and how often. */
export type LinkFaultRule =
  | (Repetition & { readonly at: 'open'; readonly fault: OpenFault })
  | (Repetition & { readonly at: 'read' | 'write'; readonly fault: TransferFault });
