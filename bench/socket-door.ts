import { startSimulator } from '../src/simulators/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { AskingSocket } from './clients/asking-socket.ts';
import { atMostMoreThanRival, figure, noTarget, quantile } from './figure.ts';
import type { BenchContext, Benchmark, Figure, Target } from './figure.ts';
import { queryTimes, roundsOf } from './query-times.ts';

/** Before anything is measured: connections, and the first run of the code. */
const warmUpQueries = 500;
const queries = 6_000;
/**
 * So many more go by until the compiler has done with both sides' code; meanwhile it competes with
 * them for the processors.
 */
const compiledAfterQueries = 14_000;
const query = Buffer.from('VOLT:RANG?\n');

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
    using direct = await AskingSocket.connect(simulator.address);
    using door = await AskingSocket.connect(`${host}:${tcpPort}`);
    const asks = {
      direct: async () => await direct.ask(query),
      door: async () => await door.ask(query),
    };
    const ask = async (times: number): Promise<Times> =>
      await queryTimes(asks, { measured: roundsOf(times) }, context);

    context.progress(`${queries} queries each way, just started`);
    await ask(warmUpQueries);
    const fresh = await ask(queries);
    context.progress(`${compiledAfterQueries + queries} more, of which the last count`);
    await ask(compiledAfterQueries);
    const settled = await ask(queries);
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
