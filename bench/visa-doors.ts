import { startSimulator } from '../src/simulators/index.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { HislipAsker, Vxi11Asker } from './clients/asking-programs.ts';
import { AskingSocket } from './clients/asking-socket.ts';
import { TcpProgram } from './clients/tcp-program.ts';
import { figure, noTarget, quantile, ratioAtMost } from './figure.ts';
import type { BenchContext, Benchmark, Figure, Target } from './figure.ts';
import { queryTimes, roundsOf } from './query-times.ts';
import type { Ask } from './query-times.ts';

const tcpProxy = new URL('clients/tcp-proxy.ts', import.meta.url);
const bound =
  'one query over HiSLIP is two reads, two writes and two wake-ups, as in a bare proxy, which takes 22 µs of the processor for them; HiSLIP takes 34. The 12 more are in about a hundred short functions (messages, session, lease, line, statistics, trace) and in the collection of what they leave';
const queries = 3_000;
const query = 'VOLT:RANG?';
const line = Buffer.from(`${query}\n`);

type Way = 'direct' | 'proxy' | 'hislip' | 'vxi11';
type Times = Readonly<Record<Way, number[]>>;

/**
 * The same query to an instrument that takes a millisecond, and to one that takes none: straight,
 * through a proxy that only passes bytes on, and through the doors.
 */
const benchmark: Benchmark = {
  name: 'visa-doors',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    const slow = await timesOf(1, context);
    const fast = await timesOf(0, context);
    const compared = (what: string, times: Times, [way, rival]: [Way, Way], target: Target) =>
      figure({
        name: what,
        ours: quantile(times[way], 0.5),
        rival: quantile(times[rival], 0.5),
        unit: 'ms',
        target,
        bound,
      });
    const one = 'query to an instrument that takes 1 ms, p50';
    const none = 'query to an instrument that takes none, beside a bare TCP proxy, p50';
    return [
      compared(`HiSLIP: ${one}`, slow, ['hislip', 'direct'], ratioAtMost(1.2)),
      compared(`VXI-11: ${one}`, slow, ['vxi11', 'direct'], ratioAtMost(1.5)),
      compared(`a bare TCP proxy: ${one}`, slow, ['proxy', 'direct'], noTarget),
      compared(`HiSLIP: ${none}`, fast, ['hislip', 'proxy'], ratioAtMost(1.5)),
      compared(`VXI-11: ${none}`, fast, ['vxi11', 'proxy'], noTarget),
    ];
  },
};

export default benchmark;

async function timesOf(answerTimeMs: number, context: BenchContext): Promise<Times> {
  await using simulator = await startSimulator({ kind: 'multimeter', tcpPort: 0, answerTimeMs });
  await using gateway = await GatewayProcess.start(laboratory(simulator.address), {
    isBuilt: true,
  });
  const [host = '', directPort = ''] = simulator.address.split(':');
  using direct = await AskingSocket.connect(simulator.address);
  await using bare = await TcpProgram.start(tcpProxy, host, directPort);
  using proxy = await AskingSocket.connect(`127.0.0.1:${bare.tcpPort}`);
  const hislipPort = Number(/hislip0,(\d+)/.exec(gateway.address('meter-hislip'))?.[1]);
  using hislip = await HislipAsker.connect(hislipPort, query);
  using vxi11 = await Vxi11Asker.connect(vxi11Port, query);
  const asks: Readonly<Record<Way, Ask>> = {
    direct: async () => await direct.ask(line),
    proxy: async () => await proxy.ask(line),
    hislip: async () => await hislip.ask(),
    vxi11: async () => await vxi11.ask(),
  };
  context.progress(
    `${queries} queries each way to an instrument that takes ${answerTimeMs} ms, twice`,
  );
  const rounds = { warmUp: roundsOf(queries), measured: roundsOf(queries) };
  return await queryTimes(asks, rounds, context);
}

/** Of the core channel; no portmapper is asked. */
const vxi11Port = 20_000 + (process.pid % 20_000);

function laboratory(address: string): string {
  return `
[hislip]
port = 0
[vxi11]
port = ${vxi11Port}
portmapper = false
[ports.meter]
tcp = "${address}"
protocol = "lines"
[instruments.meter]
port = "meter"
driver = "scpi"
`;
}
