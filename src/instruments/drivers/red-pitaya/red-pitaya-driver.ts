import type { Action } from '../../driver.ts';
import { ScpiDriver } from '../scpi/scpi-driver.ts';
import { redPitayaActions } from './red-pitaya-actions.ts';
import { redPitayaParameters } from './red-pitaya-parameters.ts';

/** What ends each message of the board, either way. */
const terminator = '\r\n';

export interface RedPitayaDriverOptions {
  /** How long the board may take to answer. @default 5_000 */
  readonly timeoutMs?: number;
}

/**
 * A Red Pitaya with its SCPI server, on port 5000: scope and generators as parameters, and an
 * acquisition that nobody comes between. Writes ask the board whether it took them, because a command
 * that it refuses is only an error in its queue.
 */
export class RedPitayaDriver extends ScpiDriver {
  override readonly family: string = 'red-pitaya';
  override readonly actions: readonly Action[];

  constructor(options: RedPitayaDriverOptions = {}) {
    super({ parameters: redPitayaParameters, terminator, errorQuery: 'SYST:ERR?', ...options });
    this.actions = redPitayaActions(this);
  }
}
