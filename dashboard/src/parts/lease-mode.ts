import type { ClientLeaseMode } from '../../../src/client/index.ts';

/** `exclusive`, `shared by night-run`. */
export function modeText(mode: ClientLeaseMode): string {
  return mode === 'exclusive' ? mode : `shared by ${mode.shared}`;
}
