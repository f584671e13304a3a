/** Ids with a meaning. IVI-6.1, sections 3.1.2, 6.5 and 6.14. */
export const hislipMessageIds: {
  /** Of the first message after initialization and after a device clear. */
  readonly first: number;
  /** Stands for the last message while there has been none. */
  readonly none: number;
  /** In a server's Data: it is not known yet which message is being answered. */
  readonly unknown: number;
} = { first: 0xff_ff_ff_00, none: 0xff_ff_fe_fe, unknown: 0xff_ff_ff_ff };

/** The id of the message after that one: two more, in 32 bits. IVI-6.1, 3.1.2. */
export function nextMessageId(id: number): number {
  return (id + 2) >>> 0;
}

/** How many messages the first is ahead of the second; negative when it is behind. */
export function messagesAhead(id: number, of: number): number {
  return ((id - of) | 0) / 2;
}
