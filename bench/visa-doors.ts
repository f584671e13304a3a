import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { startSimulator } from '../src/simulators/index.ts';
import { HislipProgram } from '../test/doors/hislip/hislip-program.ts';
import { RpcCaller, Vxi11Program } from '../test/doors/vxi11/vxi11-program.ts';
import { GatewayProcess } from '../test/support/gateway-process.ts';
import { figure, quantile, ratioAtMost, shuffled } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const warmUpQueries = 3_000;
const queries = 3_000;
const answerTimeMs = 1;
const query = 'VOLT:RANG?';
const lineFeed = 10;

type Way = 'direct' | 'hislip' | 'vxi11';

/** The same query to an instrument that takes a millisecond: straight, and through the doors. */
const benchmark: Benchmark = {
  name: 'visa-doors',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    await using simulator = await startSimulator({ kind: 'multimeter', tcpPort: 0, answerTimeMs });
    await using gateway = await GatewayProcess.start(laboratory(simulator.address), {
      isBuilt: true,
    });
    const [host = '', directPort = ''] = simulator.address.split(':');
    using direct = await DirectClient.connect(host, Number(directPort));
    const hislipPort = Number(/hislip0,(\d+)/.exec(gateway.address('meter-hislip'))?.[1]);
    using hislip = await HislipProgram.connect(hislipPort);
    const core = await RpcCaller.connect(vxi11Port);
    using vxi11 = await Vxi11Program.connect(vxi11Port, 'inst0', core);
    const asks: Readonly<Record<Way, () => Promise<unknown>>> = {
      direct: async () => await direct.ask(),
      hislip: async () => await hislip.ask(query),
      vxi11: async () => await vxi11.ask(query),
    };
    context.progress(`${queries} queries each way, after ${warmUpQueries}`);
    const times: Record<Way, number[]> = { direct: [], hislip: [], vxi11: [] };
    for (let turn = -warmUpQueries; turn < queries; turn += 1) {
      context.signal.throwIfAborted();
      for (const way of shuffled<Way>(['direct', 'hislip', 'vxi11'], context.random)) {
        const startMs = performance.now();
        await asks[way]();
        if (turn >= 0) times[way].push(performance.now() - startMs);
      }
    }
    const compared = (name: string, way: Way, most: number): Figure =>
      figure({
        name: `${name}: query to an instrument that takes ${answerTimeMs} ms, p50`,
        ours: quantile(times[way], 0.5),
        rival: quantile(times.direct, 0.5),
        unit: 'ms',
        target: ratioAtMost(most),
      });
    return [compared('HiSLIP', 'hislip', 1.2), compared('VXI-11', 'vxi11', 1.5)];
  },
};

export default benchmark;

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

/** Asks the instrument itself. */
class DirectClient implements Disposable {
  readonly #socket: Socket;
  #answered: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data: Buffer) => {
      if (data.at(-1) === lineFeed) this.#answered?.();
    });
  }

  static async connect(host: string, port: number): Promise<DirectClient> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    return new DirectClient(socket);
  }

  async ask(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = resolve;
    this.#socket.write(`${query}\n`);
    await promise;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
