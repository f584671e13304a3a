/** A service as others are to find it. RFC 6763. */
export interface AdvertisedService {
  /** `_hislip._tcp`. */
  readonly type: string;
  /** What people call it. */
  readonly instance: string;
  /** Where it listens: an address of this machine, or `0.0.0.0` or `::` for all of them. */
  readonly host: string;
  readonly tcpPort: number;
  /** What it says of itself now. RFC 6763, section 6. */
  readonly facts: () => Readonly<Record<string, string>>;
}
