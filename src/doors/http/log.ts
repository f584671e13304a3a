/** Where the door writes what people may want to know. Never given a token. */
export interface DoorLog {
  debug(message: string, details?: Readonly<Record<string, unknown>>): void;
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** Writes nothing. */
export const silentLog: DoorLog = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
