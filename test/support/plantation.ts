import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A bug planted into the real source: one piece of a file replaced by another. */
export interface Mutant {
  /** What is wrong with it. */
  readonly bug: string;
  /** In the room's folder. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

const repository = join(import.meta.dirname, '../..');
/** A room and those that it may import, in their order. */
const rooms = [
  'kernel',
  'locks',
  'protocols',
  'links',
  'ports',
  'instruments',
  'sessions',
  'config',
  'telemetry',
  'schedules',
  'doors',
  'client',
  'simulators',
  'gateway',
];

/** Copies of a room with bugs of their own, in a folder that goes with the plantation. */
export class Plantation implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'signalbox-mutants-'));
  #planted = 0;

  /**
   * @param room where the bug is
   * @param entry the room that is looked at; `room` itself unless given
   * @returns what the `index.ts` of `entry` exports, with the bug in what it uses
   */
  async plant<Room>(room: string, mutant: Mutant, entry: string = room): Promise<Room> {
    const folder = this.sow(room, [mutant], entry);
    return (await import(pathToFileURL(join(folder, entry, 'index.ts')).href)) as Room;
  }

  /**
   * As {@link plant}, for several bugs at once, and for who imports it elsewhere: in a thread.
   *
   * @returns the folder of the rooms up to `entry`
   */
  sow(room: string, mutants: readonly Mutant[], entry: string = room): string {
    const folder = join(this.#folder, String((this.#planted += 1)));
    mkdirSync(folder);
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    for (const needed of rooms.slice(0, rooms.indexOf(entry) + 1)) {
      const source = join(repository, 'src', needed);
      // A room before the one with the bug does not import it, so the real one will do.
      const isBefore = rooms.indexOf(needed) < rooms.indexOf(room);
      if (isBefore) symlinkSync(source, join(folder, needed));
      else cpSync(source, join(folder, needed), { recursive: true });
    }
    for (const { bug, file, find, replace } of mutants) {
      const path = join(folder, room, file);
      const parts = readFileSync(path, 'utf8').split(find);
      if (parts.length !== 2) {
        throw new Error(`'${bug}' is not planted: ${file} has its place ${parts.length - 1} times`);
      }
      writeFileSync(path, parts.join(replace));
    }
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
