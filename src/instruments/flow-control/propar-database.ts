import { SignalboxError } from '../../kernel/index.ts';
import { ParameterCatalogue } from '../drivers/bronkhorst/parameter-catalogue.ts';
import type { ProparParameter } from '../drivers/bronkhorst/parameter-catalogue.ts';
import { typeNumberOf } from './propar-types.ts';
import type { ProparRequest } from './propar-types.ts';

/** A parameter as the maker's library describes it. */
export interface DatabaseParameter extends ProparRequest {
  readonly dde_nr: number;
  readonly parm_name: string;
}

/** What a value of a parameter means. */
export interface DatabaseValue {
  readonly value: number;
  readonly description: string;
}

/** The parameter list with the methods of the maker's library. */
export class ProparDatabase {
  readonly #catalogue: ParameterCatalogue;

  /** @param channel 1 to 16. @default 1 */
  constructor(channel: number = 1) {
    this.#catalogue = new ParameterCatalogue(channel);
  }

  get_all_parameters(): DatabaseParameter[] {
    return this.#catalogue.all.map(described);
  }

  /** @throws NOT_FOUND for a number that is not in the list */
  get_parameters(ddeNumbers: readonly number[]): DatabaseParameter[] {
    return ddeNumbers.map((dde) => this.get_parameter(dde));
  }

  /** A copy: changing it changes nothing. @throws NOT_FOUND */
  get_parameter(dde: number): DatabaseParameter {
    const found = this.#catalogue.find(dde);
    if (found !== undefined) return described(found);
    throw new SignalboxError('NOT_FOUND', `there is no ProPar parameter with DDE number ${dde}`);
  }

  /** Those whose name holds the text, whatever its case and blanks. */
  get_parameters_like(text: string): DatabaseParameter[] {
    const wanted = squeezed(text);
    return this.#catalogue.all
      .filter(
        ({ title, name }) => squeezed(title).includes(wanted) || squeezed(name).includes(wanted),
      )
      .map(described);
  }

  /** The meanings of its values; empty where they have none of their own. */
  get_parameter_values(dde: number): DatabaseValue[] {
    return Object.entries(this.#catalogue.find(dde)?.choices ?? {}).map(([value, description]) => ({
      value: Number(value),
      description,
    }));
  }

  /** All parameters at an address: it can mean different things in different instruments. */
  get_propar_parameter(process: number, parameter: number): DatabaseParameter[] | null {
    const found = this.#catalogue.all.filter(
      (each) => each.process === process && each.parameter === parameter,
    );
    return found.length === 0 ? null : found.map(described);
  }

  /** All parameters of a process, by their numbers; null for one that has none. */
  get_propar_parameters(process: number): Record<number, DatabaseParameter[]> | null {
    const found: Record<number, DatabaseParameter[]> = {};
    for (const each of this.#catalogue.all) {
      if (each.process === process) (found[each.parameter] ??= []).push(described(each));
    }
    return Object.keys(found).length === 0 ? null : found;
  }
}

function described(parameter: ProparParameter): DatabaseParameter {
  const { number, process, title, wire, requestLength } = parameter;
  return {
    dde_nr: number,
    proc_nr: process,
    parm_nr: parameter.parameter,
    parm_type: typeNumberOf(wire),
    parm_name: title,
    ...(requestLength === 0 ? {} : { parm_size: requestLength }),
  };
}

function squeezed(text: string): string {
  return text.toLowerCase().replaceAll(/\s/g, '');
}
