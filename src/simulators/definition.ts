import type { FaultRule } from './faults.ts';
import type { NodeDefinition } from './propar/node-model.ts';

/** A simulated instrument or bus, as plain data, so that it can be sent to a thread. */
export type SimulatorDefinition =
  | {
      readonly kind: 'propar';
      /** Where its serial line is to be found. */
      readonly path: string;
      readonly nodes: readonly NodeDefinition[];
      readonly baudRate?: number;
      readonly answerTimeMs?: number;
      readonly seed?: number;
    }
  | {
      readonly kind: 'multimeter';
      /** On loopback; 0 takes a free one. */
      readonly tcpPort: number;
      readonly seed?: number;
    };

/** What a simulator can be told while it runs. */
export type SimulatorCommand =
  | { readonly kind: 'fault'; readonly rule: FaultRule }
  | { readonly kind: 'clear-faults' }
  | { readonly kind: 'silence'; readonly node: number; readonly isSilent: boolean }
  | { readonly kind: 'unplug'; readonly backAfterMs: number }
  | { readonly kind: 'reset-log' }
  | { readonly kind: 'report' }
  | { readonly kind: 'stop' };
