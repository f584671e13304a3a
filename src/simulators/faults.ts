/** When the cable is pulled in the course of a transaction. */
export type UnplugMoment =
  /** While the request is under way: the instrument never gets it. */
  | 'request'
  /** After the instrument has done what it was told, before the first byte of its reply. */
  | 'answer'
  /** When half of the reply is through. */
  | 'reply';

/** What goes wrong with one reply. */
export type Fault = WireFault | WebFault | MinerFault;

/** What goes wrong with one reply on any wire. */
export type WireFault =
  /** No reply at all; the instrument does what it was told all the same. */
  | { readonly kind: 'drop' }
  /** Some bytes are flipped. */
  | { readonly kind: 'garble' }
  /** The reply comes so much later. Beyond the master's timeout it is a late one. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The frame says another length than it has. On a SCPI instrument: the end is missing. */
  | { readonly kind: 'wrong-length' }
  /** The reply comes twice. */
  | { readonly kind: 'duplicate' }
  /** Bytes that are no reply come before it. */
  | { readonly kind: 'noise' }
  /** The cable is pulled, and plugged in again after a while. */
  | {
      readonly kind: 'unplug';
      /** Infinity leaves it unplugged. */
      readonly backAfterMs: number;
      /** @default 'answer' */
      readonly moment?: UnplugMoment;
    };

/** What goes wrong with one answer of a web service, beside what goes wrong with any reply. */
export type WebFault =
  /** It answers with an error, and does nothing of what it was asked. */
  | {
      readonly kind: 'status';
      readonly status: number;
      /** With 429. @default 1 */
      readonly retryAfterSeconds?: number;
      readonly message?: string;
      /** As the service names it: `NO_ACTIVE_DEVICE`. */
      readonly reason?: string;
    }
  /** It answers with so many bytes. */
  | { readonly kind: 'oversize'; readonly bytes: number };

/** What happens to a miner when it is asked something, beside what goes wrong with its answers. */
export type MinerFault =
  /** It answers with the hardware address of another device. */
  | { readonly kind: 'impostor' }
  /** It is gone, as after a restart, and comes back by itself. */
  | { readonly kind: 'reboot'; readonly backAfterMs?: number }
  /** It gets too hot, and stops. */
  | { readonly kind: 'overheat' }
  /** It finds a block. */
  | { readonly kind: 'block-found' };

/** Which replies it goes wrong with. */
export interface FaultRule {
  readonly fault: Fault;
  /** Only those of this node. @default all */
  readonly node?: number;
  /** Not with the first so many. @default 0 */
  readonly after?: number;
  /** Each with this probability, 0 to 1. @default 1 */
  readonly probability?: number;
  /** So many times, then never again. @default without end */
  readonly times?: number;
}

/** What goes wrong from the start. */
export interface FaultsAtStart {
  readonly faults?: readonly FaultRule[];
  /** These answer nothing; 0 for an instrument without nodes. */
  readonly silentNodes?: readonly number[];
}
