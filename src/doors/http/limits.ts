/** A longer body is refused with BAD_ARGUMENT before it is read to its end. */
export const bodyBytesMost = 1_048_576;
/** Longer headers are refused by Node with status 431. */
export const headerBytesMost = 16_384;
/** Who has not sent all headers by then is disconnected. */
export const headersTimeoutMs = 10_000;
/** Who has not sent the whole request by then is disconnected. Does not limit how long an answer takes. */
export const requestTimeoutMs = 30_000;
/** An idle connection is closed after this long. */
export const keepAliveTimeoutMs = 72_000;
/** How often Node looks for connections that have run out of time. */
export const timeoutCheckMs = 5_000;
/** More open streams (events, watches, live connections) at once are refused with QUEUE_FULL. */
export const streamsMostDefault = 1_000;
/** So many connections may come beside those of streams; more are closed as soon as they come. */
export const otherConnectionsMost = 512;
/** How long an orderly close waits for answers that are under way. */
export const closeLongestMs = 2_000;
/**
 * The longest that a request may ask to wait for its turn; more is BAD_ARGUMENT. Many HTTP clients
 * and proxies give an answer up after 5 minutes; on a live connection one may simply ask again.
 */
export const waitLongestMs = 240_000;
/** How long a lease taken over HTTP lasts without a heartbeat, unless its request says otherwise. */
export const holdDefaultMs = 30_000;
/** The longest message to an instrument, in characters; more is BAD_ARGUMENT. */
export const messageLengthMost = 65_536;
/** The longest that a request may give an instrument to answer; more is BAD_ARGUMENT. */
export const timeoutMostMs = 600_000;
