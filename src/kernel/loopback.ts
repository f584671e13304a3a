/** An address without the IPv4-in-IPv6 form that sockets give. RFC 4291, section 2.5.5.2. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

/** Whether an address, or the name `localhost`, stays on this machine. RFC 1122; RFC 4291. */
export function isLoopback(address: string | undefined): boolean {
  const plain = plainAddress(address);
  return plain === 'localhost' || plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain);
}
