import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { startSimulator } from '../src/simulators/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { atMostMoreThanRival, figure, noTarget, quantile, shuffled } from './figure.ts';
import type { BenchContext, Benchmark, Figure, Target } from './figure.ts';

/** Before anything is measured: connections, and the first run of the code. */
const warmUpQueries = 500;
const queries = 6_000;
/**
 * So many more go by until the compiler has done with both sides' code; meanwhile it competes with
 * them for the processors.
 */
const compiledAfterQueries = 14_000;
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

    context.progress(`${queries} queries each way, just started`);
    await inTurns(clients, warmUpQueries, context);
    const fresh = await inTurns(clients, queries, context);
    context.progress(`${compiledAfterQueries + queries} more, of which the last count`);
    await inTurns(clients, compiledAfterQueries, context);
    const settled = await inTurns(clients, queries, context);
    return [
      compared('p50', settled, 0.5, atMostMoreThanRival(0.3)),
      compared('p99', settled, 0.99, atMostMoreThanRival(2)),
      compared(`p50 of the first ${queries} after the start`, fresh, 0.5, noTarget),
      compared(`p99 of the first ${queries} after the start`, fresh, 0.99, noTarget),
    ];
  },
};

export default benchmark;

/** How long each query took, ms. */
type Times = Readonly<Record<Way, number[]>>;

/** Asks so many times each way; which way comes first is drawn each time. */
async function inTurns(
  clients: Readonly<Record<Way, Client>>,
  times: number,
  context: BenchContext,
): Promise<Times> {
  const measured: Times = { direct: [], door: [] };
  for (let turn = 0; turn < times; turn += 1) {
    context.signal.throwIfAborted();
    for (const way of shuffled<Way>(['direct', 'door'], context.random)) {
      measured[way].push(await clients[way].ask());
    }
  }
  return measured;
}

function compared(what: string, times: Times, share: number, target: Target): Figure {
  return figure({
    name: `socket door: SCPI query, ${what}`,
    ours: quantile(times.door, share),
    rival: quantile(times.direct, share),
    unit: 'ms',
    target,
  });
}

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
