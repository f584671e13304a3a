import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { startSimulator } from '../src/simulators/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { atMostMoreThanRival, figure, quantile, shuffled } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const warmUpQueries = 500;
const queries = 6_000;
const query = Buffer.from('VOLT:RANG?\n');
const lineFeed = 10;

type Way = 'direct' | 'door';

/** The same query to the same instrument, straight and through the raw socket door, in turns. */
const benchmark: Benchmark = {
  name: 'socket-door',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using simulator = await startSimulator({ kind: 'multimeter', tcpPort: 0 });
    await using gateway = await GatewayProcess.start(laboratory(simulator.address), {
      isBuilt: true,
    });
    const [, host = '', tcpPort = ''] = gateway.address('meter-socket').split('::');
    using direct = await Client.connect(simulator.address);
    using door = await Client.connect(`${host}:${tcpPort}`);
    const clients: Readonly<Record<Way, Client>> = { direct, door };

    context.progress(`${queries} queries each way`);
    const times: Record<Way, number[]> = { direct: [], door: [] };
    for (let round = -warmUpQueries; round < queries; round += 1) {
      context.signal.throwIfAborted();
      for (const way of shuffled<Way>(['direct', 'door'], context.random)) {
        const ms = await clients[way].ask();
        if (round >= 0) times[way].push(ms);
      }
    }
    return [0.5, 0.99].map((share) =>
      figure({
        name: `socket door: SCPI query, p${share * 100}`,
        ours: quantile(times.door, share),
        rival: quantile(times.direct, share),
        unit: 'ms',
        target: atMostMoreThanRival(share === 0.5 ? 0.3 : 2),
      }),
    );
  },
};

export default benchmark;

function laboratory(address: string): string {
  return `
[ports.meter]
tcp = "${address}"
protocol = "lines"

[instruments.meter]
driver = "scpi"
port = "meter"
socket = 0
`;
}

/** Asks one thing again and again. */
class Client implements Disposable {
  readonly #socket: Socket;
  #answered: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => {
      if (data.at(-1) === lineFeed) this.#answered?.();
    });
  }

  static async connect(address: string): Promise<Client> {
    const [host, tcpPort] = address.split(':');
    const socket = connect({ host: host ?? '', port: Number(tcpPort), noDelay: true });
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** How long an answer takes, ms. */
  async ask(): Promise<number> {
    const startMs = performance.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = resolve;
    this.#socket.write(query);
    await promise;
    return performance.now() - startMs;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
