/** Multicast DNS: its port, its group, and how far its packets go. RFC 6762, sections 3 and 11. */
export const multicastDns = { port: 5_353, group: '224.0.0.251', hops: 255 } as const;
