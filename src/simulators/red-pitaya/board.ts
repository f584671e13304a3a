import type { Clock } from '../../kernel/index.ts';
import type { Random } from '../seeded-random.ts';
import { Acquisition } from './acquisition.ts';
import { Generator } from './generator.ts';

/** How the samples are sent. */
export interface DataFormat {
  units: 'VOLTS' | 'RAW';
  format: 'ASCII' | 'BIN';
  byteOrder: 'BEND' | 'LEND';
}

/** The hardware, which all connections share and none owns. */
export class Board {
  readonly #clock: Clock;
  readonly generators: readonly [Generator, Generator] = [new Generator(), new Generator()];
  readonly acquisition: Acquisition;
  readonly data: DataFormat = { units: 'VOLTS', format: 'ASCII', byteOrder: 'BEND' };

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    const { generators } = this;
    this.acquisition = new Acquisition({ generators, random, nowS: () => this.nowS });
  }

  get nowS(): number {
    return this.#clock.monotonic() / 1_000;
  }

  /** Changes a generator; a buffer that is full stays as it is. */
  change(index: 0 | 1, run: (generator: Generator) => void): void {
    this.acquisition.follow();
    const generator = this.generators[index];
    run(generator);
    generator.changedS = this.nowS;
  }

  resetAcquisition(): void {
    this.acquisition.reset();
    Object.assign(this.data, { units: 'VOLTS', format: 'ASCII', byteOrder: 'BEND' });
  }

  resetGenerators(): void {
    this.acquisition.follow();
    for (const generator of this.generators) generator.reset(this.nowS);
  }
}
