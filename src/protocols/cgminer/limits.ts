/** The server takes a request by one read of so many bytes, so a longer one would be cut. Source: cgminer, api.c. */
export const cgminerRequestBytesMost = 4_095;
/** A longer reply is refused. The statistics of a large miner take about 30 kB. */
export const cgminerReplyBytesMost = 1_048_576;
/** Deeper nesting is refused; replies have four levels. */
export const cgminerNestingMost = 16;
/** So many `KEY[value]` pairs are taken out of one packed text; an Avalon has about a hundred. */
export const packedValuesMost = 1_000;
