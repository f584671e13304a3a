/** A service that somebody offers in the network. RFC 6763. */
export interface FoundService {
  /** `_hislip._tcp`. */
  readonly type: string;
  /** What people call it. */
  readonly instance: string;
  /** IPv4, where there is one. */
  readonly address: string;
  readonly port: number;
  /** What it says of itself; keys in lower case. RFC 6763, section 6.4. */
  readonly facts: ReadonlyMap<string, string>;
}
