import { SignalboxError } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import { portmapper, portmapperProtocols, vxi11Core } from '../../protocols/index.ts';
import { connectRpc } from './connect-rpc.ts';

const tcpPortMost = 65_535;

export interface CorePortOptions {
  readonly host: string;
  /** Where the portmapper listens. */
  readonly port: number;
  readonly address: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * The TCP port of a host's core channel, as its portmapper says. VXI-11, section B.4; RFC 1833, section 3.
 * @throws LINK_COMMUNICATION when there is none, LINK_PROTOCOL, LINK_TIMEOUT, CANCELLED
 */
export async function findCorePort(options: CorePortOptions): Promise<number> {
  const { host, port, address, clock, timeoutMs, signal } = options;
  await using connection = await connectRpc({ host, port }, { address, clock, signal });
  const { program, version } = vxi11Core;
  const wanted = { program, version, protocol: portmapperProtocols.tcp, port: 0 };
  const found = await connection.client.call(portmapper, 'getPort', wanted, { timeoutMs, signal });
  if (found > 0 && found <= tcpPortMost) return found;
  const text =
    found === 0
      ? `${address}: the portmapper of ${host} knows no VXI-11 core channel`
      : `${address}: the portmapper of ${host} names port ${found}, which is none`;
  throw new SignalboxError(found === 0 ? 'LINK_COMMUNICATION' : 'LINK_PROTOCOL', text, {
    details: { address, host },
    nextStep:
      'Check that VXI-11 is switched on in the instrument, or name the port of its core channel.',
  });
}
