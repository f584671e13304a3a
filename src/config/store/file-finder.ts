import { hasCode, sleep } from '../../kernel/index.ts';
import type { Clock, SignalboxError } from '../../kernel/index.ts';
import type { Disk } from './disk.ts';
import type { Layers } from './layers.ts';
import { suspicionOf } from './suspicion.ts';

/** A file that an editor is just writing is looked at again: so often, after so long each time. */
const looksMost = 6;
const lookAgainMs = 50;

/** What reads well. */
export interface Good {
  readonly layers: Layers;
}

/** The file that is written is no good, and this is why. */
export interface Bad {
  readonly layers?: undefined;
  readonly error: SignalboxError;
}

export type Found = Good | Bad;

/** What is known from before the look. */
export interface Former {
  /** As they were read or written last; undefined at the start. */
  readonly layers: Layers | undefined;
  /** A file that is not there is a loss only where there was one. */
  readonly hadFile: boolean;
}

export interface FileFinderOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Whether a file that was never there is an error. */
  readonly mustExist: boolean;
}

/** Looks what the files are, and tells an edit from what a full disk, a power cut or an editor leaves. */
export class FileFinder {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #mustExist: boolean;

  constructor({ disk, clock, mustExist }: FileFinderOptions) {
    this.#disk = disk;
    this.#clock = clock;
    this.#mustExist = mustExist;
  }

  /** Reads the files; where the one that is written is no good, says why. */
  async find(former: Former): Promise<Found> {
    try {
      const layers = await this.#disk.reader.read();
      const suspicion = await this.#suspicion(layers, former);
      return suspicion === undefined ? { layers } : { error: suspicion };
    } catch (error) {
      if (!hasCode(error, 'CONFIG_UNREADABLE')) throw error;
      const { details } = error as SignalboxError;
      if (details['path'] !== this.#disk.path) throw error;
      if (details['reason'] === undefined) return { error: error as SignalboxError };
      if (details['reason'] !== 'ENOENT') throw error;
      if (former.hadFile) return { error: error as SignalboxError };
      if (this.#mustExist) throw error;
      return { layers: await this.#disk.reader.readWith(new Uint8Array(), undefined) };
    }
  }

  /** While an editor writes, a file is empty or half: it is given the time to be whole. */
  async findSettled(former: Former): Promise<Found> {
    let found = await this.find(former);
    for (let looks = 1; found.layers === undefined && looks < looksMost; looks += 1) {
      await sleep(this.#clock, lookAgainMs);
      found = await this.find(former);
    }
    return found;
  }

  /** Why a file that reads well is not taken for an edit. */
  async #suspicion({ target }: Layers, { layers }: Former): Promise<SignalboxError | undefined> {
    const entry = this.#disk.journal.entries.findLast(({ size }) => size !== undefined);
    if (target.sha256 === entry?.sha256) return undefined;
    return await suspicionOf(target, {
      size: layers?.target.size ?? entry?.size ?? 0,
      text: async () => layers?.target.toml.text ?? (await this.#newestCopy()),
    });
  }

  async #newestCopy(): Promise<string | undefined> {
    const [newest] = await this.#disk.backups.list().catch(() => []);
    const bytes = newest === undefined ? undefined : await this.#disk.backups.read(newest);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  }
}
