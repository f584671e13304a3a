import type { FaultRule, FaultsAtStart } from './faults.ts';
import type { OutletPlace } from './outlets/open-outlet.ts';
import type { MinersDefinition } from './miners/miners-definition.ts';
import type { NodeDefinition } from './propar/node-model.ts';
import type { SpotifyDefinition } from './spotify/spotify-definition.ts';

/** A bus of Bronkhorst instruments. */
export interface ProparBusDefinition extends OutletPlace, FaultsAtStart {
  readonly kind: 'propar';
  /** The first one is the host, which answers to node 128. */
  readonly nodes: readonly NodeDefinition[];
  /** 0 for a wire that takes no time. @default 38_400 */
  readonly baudRate?: number;
  /** How long an instrument thinks before it answers. @default 2 */
  readonly answerTimeMs?: number;
  /** What a request to an address that nobody has comes to. @default 'silence' */
  readonly absentNodes?: 'silence' | 'error-frame';
  /** Decides all that is drawn at random. @default 1 */
  readonly seed?: number;
}

/** A multimeter that speaks SCPI. */
export interface MultimeterDefinition extends OutletPlace, FaultsAtStart {
  readonly kind: 'multimeter';
  /** What it says to `*IDN?`. @default 'SIGNALBOX,SIM34401,SIM001,1.0' */
  readonly identity?: string;
  /** What it measures, give or take half a millivolt. @default 1.2345 */
  readonly voltage?: number;
  /** How long any query takes. @default 0 */
  readonly answerTimeMs?: number;
  /** How long the self-calibration `*CAL?` takes. @default 1000 */
  readonly calibrationMs?: number;
  /**
   * Whether a message that comes before the last response is out takes that response away, with
   * error -410 (IEEE 488.2, 6.3.2.3), or waits for it, as most instruments on sockets do.
   * @default false
   */
  readonly isInterrupted?: boolean;
  /** What ends a message, and a response. @default '\n' */
  readonly terminator?: string;
  /** @default 1 */
  readonly seed?: number;
}

/**
 * The SCPI server of a Red Pitaya, whose outputs are wired to its inputs: out1 to in1, out2 to in2. Its
 * messages end with CR LF.
 */
export interface RedPitayaDefinition extends OutletPlace, FaultsAtStart {
  readonly kind: 'red-pitaya';
  /** What it says to `*IDN?`. @default 'REDPITAYA,INSTR2026,0,SIM' */
  readonly identity?: string;
  /** Of its noise. @default 1 */
  readonly seed?: number;
}

/** A simulated instrument or bus, as plain data, so that it can be sent to a thread. */
export type SimulatorDefinition =
  | ProparBusDefinition
  | MultimeterDefinition
  | RedPitayaDefinition
  | SpotifyDefinition
  | MinersDefinition;

/** What a simulator can be told while it runs. */
export type SimulatorCommand =
  | { readonly kind: 'fault'; readonly rule: FaultRule }
  | { readonly kind: 'clear-faults' }
  | { readonly kind: 'silence'; readonly node: number; readonly isSilent: boolean }
  | { readonly kind: 'unplug'; readonly backAfterMs: number }
  | { readonly kind: 'reset-log' }
  | { readonly kind: 'transactions' }
  | { readonly kind: 'report' }
  | { readonly kind: 'stop' };
