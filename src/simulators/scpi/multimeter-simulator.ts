import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { SimulatorDefinition } from '../definition.ts';
import { FaultPlan, seededRandom } from '../faults.ts';
import type { Simulator } from '../simulator.ts';
import { Multimeter } from './multimeter.ts';

/** A longer message without an end closes the connection. */
export const messageCharactersMost = 65_536;

/** A simulated multimeter on a raw socket of the loopback interface. */
export async function openMultimeterSimulator(
  definition: Extract<SimulatorDefinition, { kind: 'multimeter' }>,
): Promise<Simulator> {
  const { tcpPort, seed = 1 } = definition;
  const meter = new Multimeter(seed);
  const faults = new FaultPlan(seededRandom(seed));
  const sockets = new Set<Socket>();
  let transactions = 0;

  const answer = (socket: Socket, message: string): void => {
    transactions += 1;
    const response = meter.handle(message);
    const fault = faults.next(0);
    if (fault?.kind === 'unplug') socket.destroy();
    if (response === undefined || fault?.kind === 'drop' || socket.destroyed) return;
    const reply = Buffer.from(`${response}\n`, 'latin1');
    if (fault?.kind === 'delay') setTimeout(() => socket.write(reply), fault.delayMs);
    else socket.write(fault?.kind === 'garble' ? faults.garble(reply) : reply);
  };

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    let unread = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      const lines = (unread + text).split('\n');
      unread = lines.pop() ?? '';
      if (unread.length > messageCharactersMost) socket.destroy();
      for (const line of lines) answer(socket, line.replace(/\r$/, ''));
    });
    // A client that resets its connection has only gone.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(tcpPort, '127.0.0.1', listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;

  return {
    address: `127.0.0.1:${port}`,
    addFault: async (rule) => faults.add(rule),
    clearFaults: async () => faults.clear(),
    silence: async (_node, isSilent) => {
      if (isSilent) faults.add({ fault: { kind: 'drop' } });
      else faults.clear();
    },
    unplug: async () => {
      for (const socket of sockets) socket.destroy();
    },
    resetLog: async () => {
      transactions = 0;
    },
    report: async () => ({ transactions, busyShare: 0, writes: [], winks: {} }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
