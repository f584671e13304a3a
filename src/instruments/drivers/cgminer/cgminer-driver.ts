import { given, hasCode, SignalboxError } from '../../../kernel/index.ts';
import { mapTransaction } from '../../../ports/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import {
  cgminerCodes,
  cgminerText,
  encodeCgminerRequest,
  parseCgminerRequest,
} from '../../../protocols/index.ts';
import type { CgminerRequest } from '../../../protocols/index.ts';
import { checkLimits, checkReadable, checkWritable } from '../../check-value.ts';
import type { Action, Driver, Identity } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { ExpectedDevice, writtenMac } from '../miner/expected-device.ts';
import { checkAllReadable } from '../miner/miner-table.ts';
import { linkOperation } from '../miner/link-operation.ts';
import { cgminerActions } from './cgminer-actions.ts';
import { CgminerRpc, refusal } from './cgminer-rpc.ts';
import { cgminerTable } from './cgminer-table.ts';
import { CgminerTold } from './cgminer-told.ts';
import type { CgminerReport } from './cgminer-told.ts';

/** How long one request to a miner may take, with the connection to it, in ms. */
export const cgminerTimeoutMs = 5_000;

export interface CgminerDriverOptions {
  /** @default {@link cgminerTimeoutMs} */
  readonly timeoutMs?: number;
  /** Which device is meant, by its hardware address. @default the one that answers first */
  readonly mac?: string;
}

/**
 * Any miner with cgminer's RPC, with what an Avalon packs into its statistics. Parameters are read by one
 * request of joined reports. Source: cgminer, API-README; Canaan Avalon API.
 */
export class CgminerDriver implements Driver {
  readonly family = 'cgminer';
  readonly parameters: readonly Parameter[] = cgminerTable.parameters;
  readonly watched: readonly string[] = cgminerTable.watched;
  readonly actions: readonly Action[];
  readonly #timeoutMs: number;
  readonly #expected: ExpectedDevice;

  constructor({ timeoutMs = cgminerTimeoutMs, mac }: CgminerDriverOptions = {}) {
    this.#timeoutMs = timeoutMs;
    this.#expected = new ExpectedDevice(mac);
    this.actions = cgminerActions((request, repeat, traced) =>
      this.#command(request, repeat, traced),
    );
  }

  parameter(nameOrNumber: string | number): Parameter | undefined {
    return cgminerTable.parameter(nameOrNumber);
  }

  read(parameter: Parameter): Transaction<Value> {
    checkReadable(parameter);
    return mapTransaction(this.#told([parameter]), (told) => cgminerTable.value(parameter, told));
  }

  readMany(parameters: readonly Parameter[]): Transaction<Readonly<Record<string, Value>>> {
    checkAllReadable(parameters);
    return mapTransaction(this.#told(parameters), (told) => cgminerTable.values(parameters, told));
  }

  write(parameter: Parameter, value: Value): Transaction<void> {
    checkWritable(parameter);
    checkLimits(parameter, value);
    const set = cgminerTable.row(parameter.name)?.set?.(value) ?? '';
    const write = this.#command({ command: 'ascset', parameter: `0,${set}` }, 'never');
    const readBack = mapTransaction(
      this.#told([parameter]),
      (told) => cgminerTable.row(parameter.name)?.read?.(told) === value,
    );
    return { ...write, repeat: 'verify', verification: { readBack, reply: undefined } };
  }

  identify(): Transaction<Identity> {
    return mapTransaction(this.#reports(['version']), (told) => {
      const { version, description } = told;
      const model = cgminerText(version, 'PROD') ?? cgminerText(version, 'Type');
      const firmware = cgminerText(version, 'VERSION') ?? cgminerText(version, 'CGMiner');
      const serial = writtenMac(cgminerText(version, 'MAC')) ?? cgminerText(version, 'DNA');
      const maker = model !== undefined && /avalon/i.test(model) ? 'Canaan' : undefined;
      const words = [model ?? description ?? 'cgminer', firmware, serial];
      const text = words.filter((each) => each !== undefined).join(' ');
      return { ...given({ maker, model, serial, firmware }), text };
    });
  }

  /**
   * A command as people type it: `summary`, `switchpool|1`, or JSON. Its reply as JSON, put right where the
   * miner wrote it wrong.
   */
  query(message: string): Transaction<string> {
    const request = parseCgminerRequest(message);
    const transaction = this.#operation(
      `query ${request.command}`,
      'once',
      traceOf(request),
      async (rpc) => await rpc.ask(request),
    );
    return mapTransaction(transaction, (replies) =>
      JSON.stringify(
        Object.fromEntries(
          Array.from(replies, ([name, { status, code, message, sections }]) => [
            name,
            { status, code, message, ...Object.fromEntries(sections) },
          ]),
        ),
      ),
    );
  }

  #told(parameters: readonly Parameter[]): Transaction<CgminerTold> {
    const reports = new Set<CgminerReport>(
      parameters.flatMap(({ name }) => cgminerTable.row(name)?.reports ?? []),
    );
    // Which device it is comes with everything that it says.
    return this.#reports([...reports, 'version']);
  }

  #reports(wanted: readonly CgminerReport[]): Transaction<CgminerTold> {
    const names = [...new Set(wanted)].sort();
    const key = names.join('+');
    const transaction = this.#operation('read the miner', 'safe', key, async (rpc) => {
      const replies = await rpc.reports(names);
      const told = new CgminerTold(replies);
      this.#expected.check(cgminerText(told.version, 'MAC'));
      const refused = [...replies].find(([, { code }]) => code === cgminerCodes.accessDenied);
      if (refused !== undefined && refused[0] !== 'version') throw refusal(...refused);
      return told;
    });
    return { ...transaction, merge: { key } };
  }

  #command(
    request: CgminerRequest,
    repeat: 'safe' | 'never',
    traced: string = traceOf(request),
  ): Transaction<void> {
    return this.#operation(request.command, repeat, traced, async (rpc) => {
      await this.#checkDevice(rpc);
      const { status, code, message } = await rpc.command(request);
      // An Avalon says `ASC 0 set info` with another code where it only tells what it has.
      if (request.command !== 'ascset' || status === 'RESTART') return;
      if (code === cgminerCodes.ascSetOk || /set OK/i.test(message)) return;
      const text = `the miner did not take ${request.parameter ?? ''}: ${message}`;
      throw new SignalboxError('INSTRUMENT_ERROR', text, { details: { code } });
    });
  }

  /**
   * Whatever changes something is for the device that is meant, and for no other.
   * @throws INSTRUMENT_OFFLINE where that could not be found out: then nothing was changed
   */
  async #checkDevice(rpc: CgminerRpc): Promise<void> {
    try {
      const told = new CgminerTold(await rpc.reports(['version']));
      this.#expected.check(cgminerText(told.version, 'MAC'));
    } catch (error) {
      if (!hasCode(error, 'LINK_COMMUNICATION', 'REPLY_MALFORMED')) throw error;
      const { message } = error as SignalboxError;
      throw new SignalboxError('INSTRUMENT_OFFLINE', `nothing was changed: ${message}`, {
        details: { isSent: false, transient: true },
        cause: error,
      });
    }
  }

  /** @param traced what the trace shows of it: nothing that is secret */
  #operation<Reply>(
    label: string,
    repeat: 'safe' | 'once' | 'never',
    traced: string,
    run: (rpc: CgminerRpc) => Promise<Reply>,
  ): Transaction<Reply> {
    return linkOperation({
      label,
      timeoutMs: this.#timeoutMs,
      repeat,
      traced,
      run: async (link, signal) => await run(new CgminerRpc(link, signal)),
    });
  }
}

/** As it is sent, but for the arguments of what carries a password. */
function traceOf(request: CgminerRequest): string {
  if (request.command === 'addpool') return 'addpool|***';
  return new TextDecoder().decode(encodeCgminerRequest(request));
}
