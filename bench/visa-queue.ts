import { VisaSessionManager } from '../src/instruments/index.ts';
import { MessageInstrument } from '../test/support/message-instrument.ts';
import { atMost, figure, median } from './figure.ts';
import type { BenchContext, Benchmark, Figure } from './figure.ts';

const rounds = 400;
/** Until the code is compiled. */
const warmUpCommands = 20_000;
/** How many commands are asked for at once, and how long the last of them may take, ms. */
const depths: readonly (readonly [depth: number, mostMs: number])[] = [
  [1, 0.1],
  [10, 0.5],
  [100, 5],
];

/** How long commands wait in a VISA session, to an instrument in memory that answers at once. */
const benchmark: Benchmark = {
  name: 'visa-queue',
  async run(context: BenchContext): Promise<readonly Figure[]> {
    const instrument = new MessageInstrument();
    await using manager = new VisaSessionManager('TCPIP::10.0.0.7::INSTR', { link: instrument });
    const figures: Figure[] = [];
    for (const [depth, mostMs] of depths) {
      context.progress(`${rounds} rounds of ${depth} commands at once`);
      const times: number[] = [];
      for (let round = -warmUpCommands / depth; round < rounds; round += 1) {
        context.signal.throwIfAborted();
        instrument.journal.length = 0;
        const startMs = performance.now();
        await Promise.all(
          Array.from(
            { length: depth },
            async (_, n) => await manager.enqueueCommand('READ?', 5_000, `actor-${n % 10}`),
          ),
        );
        if (round >= 0) times.push(performance.now() - startMs);
      }
      figures.push(
        figure({
          name: `VISA session: the last of ${depth} commands asked for at once, p50`,
          ours: median(times),
          unit: 'ms',
          target: atMost(mostMs),
        }),
      );
    }
    return figures;
  },
};

export default benchmark;
