import { multistream, pino } from 'pino';
import type { Logger } from 'pino';
import { configLogLevels, logRooms } from '../config/index.ts';
import type { ConfigLogLevel, LogRoom } from '../config/index.ts';
import { SignalboxError } from '../kernel/index.ts';
import { LogFile } from './log-file.ts';

export interface RoomLogOptions {
  /** Where JSON lines are kept; absent for none. */
  readonly file?: string;
  readonly level: ConfigLogLevel;
  /** By room, where they differ. */
  readonly levels: Readonly<Partial<Record<LogRoom, ConfigLogLevel | undefined>>>;
}

/** One log, with a level for each room that can be changed while it runs. */
export class RoomLog {
  readonly #loggers: ReadonlyMap<string, Logger>;

  constructor(options: RoomLogOptions) {
    const { file, level, levels } = options;
    const streams = [
      { level: 'warn' as const, stream: { write: writeShort } },
      ...(file === undefined ? [] : [{ level: 'trace' as const, stream: new LogFile(file) }]),
    ];
    const root = pino({ level: 'trace', base: { pid: process.pid } }, multistream(streams));
    this.#loggers = new Map(
      logRooms.map((room) => [room, root.child({ room }, { level: levels[room] ?? level })]),
    );
  }

  /** The log of one room. */
  of(room: LogRoom): Logger {
    const logger = this.#loggers.get(room);
    if (logger === undefined) throw new TypeError(`no such room: ${room}`);
    return logger;
  }

  levels(): Record<string, string> {
    return Object.fromEntries(this.#loggers.entries().map(([room, { level }]) => [room, level]));
  }

  /** @throws NOT_FOUND for a room, BAD_ARGUMENT for a level that does not exist */
  setLevel(room: string, level: string): void {
    const logger = this.#loggers.get(room);
    if (logger === undefined) {
      throw new SignalboxError('NOT_FOUND', `no room '${room}'; there are ${logRooms.join(', ')}`);
    }
    if (!(configLogLevels as readonly string[]).includes(level)) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `no log level '${level}'; there are ${configLogLevels.join(', ')}`,
      );
    }
    logger.level = level;
  }
}

/** What a person at the terminal should see: one line a warning. */
function writeShort(line: string): void {
  const { time, room, msg } = JSON.parse(line) as { time: number; room: string; msg: string };
  const clock = new Date(time).toISOString().slice(11, 19);
  process.stderr.write(`${clock} ${room}: ${msg}\n`);
}
