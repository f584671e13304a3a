import { bare, numeric } from '../scpi/command.ts';
import type { Outcome } from '../scpi/command.ts';
import { messageUnits } from '../scpi/message-units.ts';
import type { MeterAnswer, ScpiInstrument } from '../scpi/meter-session.ts';
import { registerMost, StatusRegisters } from '../scpi/status-registers.ts';
import type { Board } from './board.ts';
import { boardCommands } from './board-commands.ts';
import type { BoardCommand, BoardCommands } from './board-commands.ts';
import { headerPattern } from './header-pattern.ts';

/** What one connection has for itself: its errors and its status. The hardware is everybody's. */
export class BoardContext implements ScpiInstrument {
  readonly status: StatusRegisters = new StatusRegisters();
  readonly #identity: string;
  readonly #commands: readonly (readonly [RegExp, BoardCommand])[];

  constructor(board: Board, identity: string) {
    this.#identity = identity;
    const all = { ...this.#common(), ...boardCommands(board) };
    this.#commands = Object.entries(all).map(([header, run]) => [headerPattern(header), run]);
  }

  handle(message: string): MeterAnswer {
    const responses: string[] = [];
    for (const { header, argument, candidates } of messageUnits(message)) {
      const outcome = this.#run(candidates, argument) ?? {
        error: `-113,"Undefined header;${header}"`,
      };
      if (outcome === silence) continue;
      if (typeof outcome === 'object') this.status.fail(outcome.error);
      else responses.push(outcome);
    }
    return responses.length === 0
      ? { durationMs: 0 }
      : { response: responses.join(';'), durationMs: 0 };
  }

  #run(candidates: readonly string[], argument: string): Answered | undefined {
    for (const header of candidates) {
      for (const [pattern, command] of this.#commands) {
        const match = pattern.exec(header);
        if (match === null) continue;
        return command(argument, match[1] === '2' ? 1 : 0) ?? silence;
      }
    }
    return undefined;
  }

  /** IEEE 488.2, 10; SCPI-99, volume 2, 21. */
  #common(): BoardCommands {
    const { status } = this;
    const register = { minimum: 0, maximum: registerMost, usual: 0 };
    return {
      '\\*IDN?': bare(() => this.#identity),
      '\\*OPC?': bare(() => '1'),
      '\\*OPC': bare(() => status.completeOperation()),
      '\\*CLS': bare(() => status.clear()),
      '\\*RST': bare(() => {}),
      '\\*WAI': bare(() => {}),
      '\\*TST?': bare(() => '0'),
      '\\*ESR?': bare(() => String(status.takeEvents())),
      '\\*STB?': bare(() => String(status.statusByte)),
      '\\*ESE?': bare(() => String(status.eventMask)),
      '\\*SRE?': bare(() => String(status.requestMask)),
      '\\*ESE': numeric(register, (value) => status.setEventMask(value)),
      '\\*SRE': numeric(register, (value) => status.setRequestMask(value)),
      'SYSTem:ERRor[:NEXT]?': bare(() => status.takeError()),
      'SYSTem:ERRor:COUNt?': bare(() => String(status.errorCount)),
      'SYSTem:VERSion?': bare(() => '1999.0'),
    };
  }
}

/** A command that was carried out and says nothing. */
const silence: unique symbol = Symbol('silence');
type Answered = Exclude<Outcome, undefined> | typeof silence;
