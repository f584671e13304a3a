import { createServer } from 'node:net';
import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';
import { connectRpc } from '../../links/index.ts';
import type { RpcClient, RpcConnection, SocketPlace } from '../../links/index.ts';
import { portmapper, portmapperPort } from '../../protocols/index.ts';
import type { PortMapping } from '../../protocols/index.ts';

/** A portmapper of this machine that has not answered by then does not. */
export const registrationLongestMs = 2_000;
const patience = { timeoutMs: registrationLongestMs } as const;

/**
 * Where a portmapper of this machine takes registrations. rpcbind knows by its socket who calls, and
 * lets only the same user unregister (rpcbind(8)); an older portmapper listens on loopback alone.
 */
const addresses: readonly SocketPlace[] = [
  { path: '/run/rpcbind.sock' },
  { host: '127.0.0.1', port: portmapperPort },
];

/** Programs that a portmapper of this machine, which is not ours, tells clients of. RFC 1833, section 3. */
export class PortmapperRegistration {
  readonly #mapping: PortMapping;
  readonly #address: SocketPlace;

  private constructor(mapping: PortMapping, address: SocketPlace) {
    this.#mapping = mapping;
    this.#address = address;
  }

  /**
   * @param host where clients ask for the program
   * @returns undefined when no portmapper answers them there
   * @throws LINK_COMMUNICATION when it does not take the registration, with what to do
   */
  static async register(
    mapping: PortMapping,
    host: string,
  ): Promise<PortmapperRegistration | undefined> {
    for (const address of addresses) {
      const outcome = await registerAt(address, mapping);
      if (typeof outcome === 'object') throw refused(mapping, outcome.other);
      if (outcome === 'absent') continue;
      const registration = new PortmapperRegistration(mapping, address);
      if (await isKnownAt(host, mapping)) return registration;
      await registration.unregister();
    }
    return undefined;
  }

  /** A portmapper that has gone has forgotten it. Never throws. */
  async unregister(): Promise<void> {
    try {
      await using caller = await call(this.#address);
      await unset(caller.client, this.#mapping);
    } catch (error) {
      if (!isSignalboxError(error)) throw error;
    }
  }
}

/** `other`: the port that the program has there already, or 0 where it was refused without. */
type Outcome = 'taken' | 'absent' | { readonly other: number };

async function registerAt(address: SocketPlace, mapping: PortMapping): Promise<Outcome> {
  try {
    await using caller = await call(address);
    const { client } = caller;
    if (await client.call(portmapper, 'set', mapping, patience)) return 'taken';
    const other = await client.call(portmapper, 'getPort', { ...mapping, port: 0 }, patience);
    // A server that was killed could not take its registration back.
    if (other === 0 || (await isServed(other))) return { other };
    await unset(client, mapping);
    const isTaken = await client.call(portmapper, 'set', mapping, patience);
    return isTaken ? 'taken' : { other };
  } catch (error) {
    if (isSignalboxError(error)) return 'absent';
    throw error;
  }
}

async function unset(client: RpcClient, mapping: PortMapping): Promise<void> {
  await client.call(portmapper, 'unset', { ...mapping, port: 0 }, patience);
}

/** A port that nobody listens on, at no address of this machine, can be had for a moment. */
async function isServed(port: number): Promise<boolean> {
  const server = createServer();
  const isTaken = Promise.withResolvers<boolean>();
  server.once('error', () => isTaken.resolve(true));
  server.listen(port, '0.0.0.0', () => isTaken.resolve(false));
  const answer = await isTaken.promise;
  server.close();
  return answer;
}

async function isKnownAt(host: string, mapping: PortMapping): Promise<boolean> {
  const asked = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  try {
    await using caller = await call({ host: asked, port: portmapperPort });
    const wanted = { ...mapping, port: 0 };
    const port = await caller.client.call(portmapper, 'getPort', wanted, patience);
    return port === mapping.port;
  } catch (error) {
    if (isSignalboxError(error)) return false;
    throw error;
  }
}

async function call(place: SocketPlace): Promise<RpcConnection> {
  return await connectRpc(place, { signal: AbortSignal.timeout(registrationLongestMs) });
}

function refused({ program, version }: PortMapping, other: number): SignalboxError {
  const held =
    other === 0 ? '' : `: another VXI-11 server of this machine has it, on port ${other}`;
  return new SignalboxError(
    'LINK_COMMUNICATION',
    `the portmapper of this machine does not take a VXI-11 server${held}`,
    {
      details: { program, version, port: other },
      nextStep:
        other === 0
          ? 'Let it take registrations: start it as `rpcbind -w` with its socket at /run/rpcbind.sock; or set `portmapper = false` in `[vxi11]`.'
          : `Stop that server, or take its registration away: \`sudo rpcinfo -d ${program} ${version}\`.`,
    },
  );
}
