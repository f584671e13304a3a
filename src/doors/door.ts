import type { Emitter, Owner } from '../kernel/index.ts';
import type { Instrument } from '../instruments/index.ts';
import type { SignInStatus, SupervisedWorker, TokenStatistics } from '../links/index.ts';
import type { Port } from '../ports/index.ts';

/** How a door stands now, and how to come in. */
export interface DoorStatus {
  readonly name: string;
  /** `virtual-port`, `socket`, `hislip`, `vxi11`, `rfc2217`, `http`. */
  readonly kind: string;
  /** As a client types it: a device path, `TCPIP::127.0.0.1::5025::SOCKET`, a URL. */
  readonly address: string;
  /** As a VISA program types it, where that is not the address: `ASRL/run/signalbox/lab/bus-1::INSTR`. */
  readonly resource?: string;
  /** The ports and instruments that it leads to; absent when it leads to all. */
  readonly serves?: { readonly port: string; readonly instrument?: string };
  /** Who is inside. */
  readonly clients: readonly Owner[];
}

/** How programs of other machines find a door. RFC 6763. */
export interface DoorOffer {
  /** `_hislip._tcp`; several where it is several things. */
  readonly types: readonly string[];
  /** Where it listens. */
  readonly host: string;
  readonly tcpPort: number;
}

/** A server by which programs come in. */
export interface Door extends AsyncDisposable {
  readonly name: string;
  /** @throws LINK_COMMUNICATION when its address is taken, with who holds it */
  open(): Promise<void>;
  status(): DoorStatus;
  /** Once it is open; absent where no program would look for it in a network. */
  offer?(): DoorOffer | undefined;
  /** Lets nobody in any more, and ends all sessions. Never throws; may be called twice. */
  close(): Promise<void>;
}

/** A worker, and the ports that lead to it. */
export interface DirectoryWorker {
  readonly worker: SupervisedWorker;
  readonly ports: readonly string[];
}

/** The account of a player: who is signed in, and how one signs in with a browser. */
export interface DirectoryPlayer {
  /** Where the browser is to go. @param redirectUri where it comes back to */
  begin(redirectUri: string): Promise<URL>;
  /** @param callback with what the browser came back @throws BAD_ARGUMENT, SIGN_IN_REQUIRED */
  finish(callback: URL): Promise<void>;
  signOut(): Promise<void>;
  /** Nothing of it is secret. */
  status(): Promise<
    SignInStatus & { readonly signInUrl: string; readonly tokens: TokenStatistics }
  >;
}

/** How what doors lead to changes while they are open. */
export interface DirectoryEvents {
  portAdded: Port;
  portRemoved: { readonly name: string };
  instrumentAdded: Instrument;
  /** It is another object from now on, or is polled otherwise. */
  instrumentChanged: Instrument;
  instrumentRemoved: { readonly name: string };
}

/** What doors lead to. The gateway fills it; doors only look things up. */
export interface Directory {
  readonly ports: ReadonlyMap<string, Port>;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly doors: readonly Door[];
  /** Absent where there are none. */
  readonly workers?: ReadonlyMap<string, DirectoryWorker>;
  /** By the name of their instrument. Absent where there are none. */
  readonly players?: ReadonlyMap<string, DirectoryPlayer>;
  /** Absent where nothing changes. */
  readonly events?: Pick<Emitter<DirectoryEvents>, 'on'>;
  /** What else of the gateway can be ready or not: runtimes and their actors. */
  subsystems(): readonly SubsystemStatus[];
}

/** A part of a gateway that is neither port nor door. */
export interface SubsystemStatus {
  readonly name: string;
  readonly isReady: boolean;
  readonly state: string;
  /** Why it is not ready, in words. */
  readonly reason?: string;
}
