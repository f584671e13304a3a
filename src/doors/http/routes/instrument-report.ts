import type { Instrument, LastChange, Parameter } from '../../../instruments/index.ts';

/** An instrument as clients see it. */
export interface InstrumentReport {
  readonly name: string;
  readonly title?: string;
  readonly family: string;
  readonly port: string;
  readonly scope?: string;
  /** How many parameters it has. */
  readonly parameters: number;
  readonly actions: readonly {
    readonly name: string;
    readonly title: string;
    readonly arguments: readonly Parameter[];
  }[];
  /** Whether it understands messages in its own language. */
  readonly messages: boolean;
  /** Whether functions of its library can be called. */
  readonly calls: boolean;
  /** Who changed its settings last; absent when nobody has since the start. */
  readonly lastChange?: LastChange;
}

export function instrumentReport(instrument: Instrument): InstrumentReport {
  const { name, title, driver, port, lastChange } = instrument;
  return {
    name,
    ...(title === undefined ? {} : { title }),
    family: driver.family,
    port: port.name,
    ...(driver.scope === undefined ? {} : { scope: driver.scope }),
    parameters: driver.parameters.length,
    actions: driver.actions.map((action) => ({
      name: action.name,
      title: action.title,
      arguments: action.arguments,
    })),
    messages: driver.query !== undefined,
    calls: driver.call !== undefined,
    ...(lastChange === undefined ? {} : { lastChange }),
  };
}
