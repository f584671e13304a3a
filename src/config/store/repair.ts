import { isSignalboxError, SignalboxError } from '../../kernel/index.ts';
import type { Disk, Place } from './disk.ts';
import type { Bad } from './file-finder.ts';
import type { JournalEntry } from './journal.ts';
import type { Layers } from './layers.ts';
import type { ConfigNotice } from './notice.ts';
import type { RevisionWriter } from './revision-writer.ts';
import type { Revisions } from './revisions.ts';
import { sha256 } from './sha256.ts';
import type { Versions } from './versions.ts';

/** What became of a file that was no good. */
export type Repaired =
  | {
      /** Of what was put in its place. */
      readonly entry: JournalEntry;
      readonly notice: Omit<ConfigNotice, 'at'>;
    }
  | {
      readonly entry?: undefined;
      /** Why nothing was. */
      readonly refusal: SignalboxError;
      /** Whether what is in memory was ever in the file: else it is mere defaults. */
      readonly isGood: boolean;
    };

export interface RepairOptions<T> {
  readonly disk: Disk;
  readonly versions: Versions<T>;
  readonly revisions: Revisions;
  readonly writer: RevisionWriter<T>;
  /** Whether a file that was never good is an error. */
  readonly mustExist: boolean;
}

/** Puts something good in the place of a file that is damaged or lost, and keeps what was there. */
export class Repair<T> {
  readonly #disk: Disk;
  readonly #versions: Versions<T>;
  readonly #revisions: Revisions;
  readonly #writer: RevisionWriter<T>;
  readonly #mustExist: boolean;

  constructor({ disk, versions, revisions, writer, mustExist }: RepairOptions<T>) {
    this.#disk = disk;
    this.#versions = versions;
    this.#revisions = revisions;
    this.#writer = writer;
    this.#mustExist = mustExist;
  }

  /** At start: the newest copy that is good, or else the defaults, which are not written. */
  async atStart({ error }: Bad): Promise<Repaired> {
    // Whoever writes a file for the first time wants to hear what is wrong with it, and nothing is lost.
    if (this.#mustExist && this.#revisions.highest === 0) throw error;
    const place = await this.#disk.look();
    const revision = this.#revisions.next(this.#writer.revision);
    for (const copy of await this.#disk.backups.list().catch(() => [])) {
      const bytes = await this.#disk.backups.read(copy);
      const layers = bytes === undefined ? undefined : await this.#layersWith(bytes, place);
      if (bytes === undefined || layers === undefined) continue;
      try {
        this.#writer.take(this.#versions.found(layers, revision));
      } catch (invalid) {
        if (isSignalboxError(invalid)) continue;
        throw invalid;
      }
      return await this.#restore(place, error, `revision ${copy.revision}`, revision);
    }
    const layers = await this.#layersWith(new Uint8Array(), place);
    if (layers === undefined) throw error;
    try {
      this.#writer.take(this.#versions.found(layers, Math.max(1, revision - 1)));
    } catch {
      // A schema without safe defaults leaves nothing to run with.
      throw error;
    }
    return { refusal: readOnly(this.#disk.path, error), isGood: false };
  }

  /** While running: what is in memory goes back into the file. */
  async putBack({ error }: Bad): Promise<Repaired> {
    const revision = this.#revisions.next(this.#writer.revision);
    const place = await this.#disk.look();
    const version = this.#versions.of(this.#writer.layers, revision);
    const repaired = await this.#restore(place, error, 'what is in memory', revision);
    if (repaired.entry !== undefined) this.#writer.take(version, this.#writer.layers);
    return repaired;
  }

  /** Keeps what is in the place of the file, then writes what is good. */
  async #restore(
    place: Place,
    error: SignalboxError,
    what: string,
    revision: number,
  ): Promise<Repaired> {
    const { toml } = this.#writer.layers.target;
    const bytes = Buffer.from(toml.text);
    const why = `restored ${what}: ${error.message}`;
    const { below } = this.#writer.layers;
    const entry: JournalEntry = {
      ...this.#revisions.entry(revision, { by: 'signalbox', why }),
      sha256: sha256(bytes),
      size: bytes.length,
      below,
    };
    try {
      const isThere = place.stamp !== '';
      const setAside = isThere ? await this.#disk.setAside(place.bytes) : undefined;
      await this.#writer.put(place, toml, bytes, [entry]);
      this.#revisions.settle();
      const kept = setAside === undefined ? '' : `; what was there is in ${setAside}`;
      const message = `${error.message}: ${what} was restored${kept}`;
      return { entry, notice: { kind: 'restored', message, setAside } };
    } catch (failure) {
      if (!isSignalboxError(failure)) throw failure;
      return { refusal: readOnly(this.#disk.path, error, failure), isGood: true };
    }
  }

  async #layersWith(bytes: Uint8Array, { like }: Place): Promise<Layers | undefined> {
    try {
      return await this.#disk.reader.readWith(bytes, like);
    } catch (error) {
      if (isSignalboxError(error)) return undefined;
      throw error;
    }
  }
}

/** Nothing can be written while the file is no good. @param cause why it cannot be repaired */
export function readOnly(
  path: string,
  why: SignalboxError,
  cause?: SignalboxError,
): SignalboxError {
  const reason = cause === undefined ? '' : ` (${cause.message})`;
  return new SignalboxError(
    'CONFIG_READ_ONLY',
    `the configuration is read-only: ${why.message}, and there is nothing good to put in its place${reason}`,
    {
      details: { path },
      nextStep: `Correct ${path}, or put a good copy there: it is noticed.`,
      cause: why,
    },
  );
}
