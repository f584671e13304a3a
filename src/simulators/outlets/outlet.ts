/** One client's end of a line: a socket, or a terminal for as long as it is plugged in. */
export interface Wire {
  /** Sends bytes to the client. They are lost when it is gone. */
  write(data: Uint8Array): void;
}

/** What the simulated instrument makes of one wire. */
export interface WireUser {
  receive(data: Uint8Array): void;
  /** The wire is gone. */
  closed(): void;
}

/** Called for each wire that is put in. */
export type Serve = (wire: Wire) => WireUser;

/** Where a simulated instrument can be reached. */
export interface Outlet extends AsyncDisposable {
  /** As a client types it: a device path, or `host:port`. */
  readonly address: string;
  /** Pulls the cable at once, mid-byte if need be; back in after so long. Infinity: never. */
  unplug(backAfterMs: number): void;
}
