/**
 * Who asks or holds. `id` tells owners apart (fairness, leases and statistics go by it); the rest
 * is for people. One client connection is one owner, also when its program has several.
 */
export interface Owner {
  readonly id: string;
  /** Name of the program, as it is known: a process name, a User-Agent, a session's name. */
  readonly program: string;
  readonly user?: string;
  /** Host name or address that the program runs on. Absent for a local one. */
  readonly host?: string;
  readonly pid?: number;
  /**
   * Through which door it came: `http`, `socket`, `hislip`, `vxi11`, `rfc2217`, `virtual-port`, `inline`,
   * `schedules`.
   */
  readonly door: string;
  /** Since when it is connected, ms since 1970. */
  readonly sinceMs: number;
}

/** The owner in a few words: `poller.py (pid 4711, user ada) by virtual-port`. */
export function describeOwner(owner: Owner): string {
  const facts = [
    owner.pid === undefined ? undefined : `pid ${owner.pid}`,
    owner.user === undefined ? undefined : `user ${owner.user}`,
    owner.host === undefined ? undefined : `host ${owner.host}`,
  ].filter((fact) => fact !== undefined);
  const who = facts.length === 0 ? owner.program : `${owner.program} (${facts.join(', ')})`;
  return `${who} by ${owner.door}`;
}
