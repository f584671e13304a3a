/** The id of the first message after initialization and after a device clear. IVI-6.1, 3.1.2. */
export const firstMessageId = 0xff_ff_ff_00;
/** Stands for the last message while there has been none. IVI-6.1, sections 6.5 and 6.14. */
export const noMessageId = 0xff_ff_fe_fe;
/** In a server's Data: it is not known yet which message is being answered. IVI-6.1, 3.1.2. */
export const unknownMessageId = 0xff_ff_ff_ff;

/** The id of the message after that one: two more, in 32 bits. IVI-6.1, 3.1.2. */
export function nextMessageId(id: number): number {
  return (id + 2) >>> 0;
}

/** How many messages the first is ahead of the second; negative when it is behind. */
export function messagesAhead(id: number, of: number): number {
  return ((id - of) | 0) / 2;
}
