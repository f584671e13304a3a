/** The TCP port that the address of a door names: of HiSLIP, of a raw socket, of a URL. */
export function tcpPortIn(address: string): number {
  const [, tcpPort] = /(?:,|::|:)(\d+)(?:::(?:INSTR|SOCKET))?$/.exec(address) ?? [];
  if (tcpPort === undefined) throw new Error(`${address} names no TCP port`);
  return Number(tcpPort);
}
