import { SignalboxError } from '../../../kernel/index.ts';
import { mapTransaction } from '../../../ports/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import {
  isQuery,
  responseText,
  ScpiReplyReader,
  ScpiReplyStream,
} from '../../../protocols/index.ts';
import type { ResponseTaker, ScpiReplyOptions } from '../../../protocols/index.ts';
import { checkChoice, checkLimits, checkReadable, checkWritable } from '../../check-value.ts';
import type { Driver, Identity } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { DeviceControl } from './device-control.ts';

/** How long an instrument may take to answer unless it is told otherwise. */
export const scpiTimeoutMs = 5_000;

/** A message is called by so many of its first bytes. */
const labelledBytesMost = 60;

/** One parameter, as the configuration declares it. */
export interface ScpiParameter {
  readonly name: string;
  readonly title?: string | undefined;
  /** The query that reads it: `MEAS:VOLT:DC?`. Absent: it cannot be read. */
  readonly query?: string | undefined;
  /** The command that writes it, with `{value}` where the value goes. Absent: it cannot be written. */
  readonly set?: string | undefined;
  readonly type: 'integer' | 'float' | 'string' | 'boolean';
  readonly unit?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  /** The only texts that it takes. */
  readonly choices?: readonly string[] | undefined;
}

/**
 * Whether a message is answered. `scpi`: when it holds a query. `pattern`: when it matches.
 */
export type ReplyPolicy = 'scpi' | 'always' | 'never' | RegExp;

export interface ScpiDriverOptions {
  readonly parameters: readonly ScpiParameter[];
  /** @default {@link scpiTimeoutMs} */
  readonly timeoutMs?: number;
  /** What ends a message, and a response: of several characters the last one does. @default a line feed */
  readonly terminator?: string;
  /** @default 'scpi' */
  readonly reply?: ReplyPolicy;
  /**
   * Asked in the same message as each write, to learn whether the instrument took it: `SYST:ERR?`. Its
   * answer begins with 0 when all is well. SCPI-99, 21.8.
   * @default writes are not checked
   */
  readonly errorQuery?: string;
  /**
   * Whether its link marks the end of each message: VXI-11, HiSLIP, USBTMC, GPIB.
   * @default false
   */
  readonly isMessageLink?: boolean;
}

/** Turns declared parameters and messages of a SCPI instrument into transactions. */
export class ScpiDriver implements Driver {
  readonly family: string = 'scpi';
  readonly parameters: readonly Parameter[];
  readonly actions: Driver['actions'] = [];
  /** What ends a message to the instrument, and a response of it. */
  readonly terminator: string;
  /** What its link can do besides carrying messages. Absent on serial lines and raw sockets. */
  readonly control: DeviceControl | undefined;
  readonly #terminator: Uint8Array;
  readonly #replyOptions: ScpiReplyOptions;
  readonly #declared: ReadonlyMap<string, ScpiParameter>;
  readonly #timeoutMs: number;
  readonly #reply: ReplyPolicy;
  readonly #errorQuery: string | undefined;

  /** @throws VALUE_INVALID for a declared message that holds a line end */
  constructor(options: ScpiDriverOptions) {
    this.#declared = new Map(options.parameters.map((each) => [each.name, each]));
    this.parameters = options.parameters.map(toParameter);
    this.#timeoutMs = options.timeoutMs ?? scpiTimeoutMs;
    this.terminator = options.terminator ?? '\n';
    this.#terminator = new TextEncoder().encode(this.terminator);
    const { isMessageLink = false } = options;
    this.control = isMessageLink ? new DeviceControl(this.#timeoutMs) : undefined;
    this.#replyOptions = { terminator: this.terminator, isMessageLink };
    this.#reply = options.reply ?? 'scpi';
    this.#errorQuery = options.errorQuery;
    const declared = options.parameters.flatMap(({ query, set }) => [query, set]);
    for (const message of [...declared, options.errorQuery]) checkMessage(message ?? '');
  }

  parameter(nameOrNumber: string | number): Parameter | undefined {
    return this.parameters.find(({ name }) => name === nameOrNumber);
  }

  read(parameter: Parameter): Transaction<Value> {
    checkReadable(parameter);
    const query = this.#declared.get(parameter.name)?.query ?? '';
    return mapTransaction(
      {
        ...this.query(query),
        merge: { key: query },
        repeat: 'safe',
        label: `read ${parameter.name}`,
      },
      (text) => valueOf(parameter, text),
    );
  }

  write(parameter: Parameter, value: Value): Transaction<void> {
    checkWritable(parameter);
    checkLimits(parameter, value);
    const declared = this.#declared.get(parameter.name);
    checkChoice(parameter, value, declared?.choices);
    const argument = argumentOf(parameter, value);
    const message = (declared?.set ?? '').replaceAll('{value}', () => argument);
    const label = `write ${parameter.name}`;
    const errorQuery = this.#errorQuery;
    return errorQuery === undefined
      ? { ...this.send(message), label }
      : { ...this.#checked(message, errorQuery, label), label };
  }

  /** A command, and in the same message the question whether it was taken. */
  #checked(command: string, errorQuery: string, label: string): Transaction<void> {
    const root = /^[:*]/.test(errorQuery) ? errorQuery : `:${errorQuery}`;
    const message = new TextEncoder().encode(`${command};${root}`);
    return mapTransaction({ ...this.exchange(message, true), repeat: 'never' }, (response) => {
      const answer = responseText(response ?? new Uint8Array()).trim();
      if (/^[+-]?0+(?:,|$)/.test(answer)) return;
      throw new SignalboxError('INSTRUMENT_ERROR', `${label}: the instrument says ${answer}`, {
        details: { answer },
      });
    });
  }

  identify(): Transaction<Identity> {
    const query = { ...this.query('*IDN?'), merge: { key: '*IDN?' }, repeat: 'safe' } as const;
    return mapTransaction(query, (text) => {
      const [maker, model, serial, firmware] = text.split(',').map((field) => field.trim());
      return { text, ...defined({ maker, model, serial, firmware }) };
    });
  }

  query(message: string): Transaction<string> {
    checkMessage(message);
    if (!this.expectsReply(message)) {
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `'${message.slice(0, 60)}' is no query, so no reply would come`,
        {
          nextStep: 'Send it without waiting for a reply, or declare when this instrument replies.',
        },
      );
    }
    return mapTransaction(this.exchange(new TextEncoder().encode(message), true), (response) =>
      responseText(response ?? new Uint8Array()),
    );
  }

  send(message: string): Transaction<void> {
    checkMessage(message);
    return mapTransaction(
      this.exchange(new TextEncoder().encode(message), this.expectsReply(message)),
      () => undefined,
    );
  }

  /**
   * Whether the instrument answers a message.
   * @param message its text, or its bytes
   * @param asks whether it holds a query, where that is known from its bytes: a block of binary data
   *   cannot be judged as text
   */
  expectsReply(message: string | Uint8Array, asks?: boolean): boolean {
    if (this.#reply === 'always') return true;
    if (this.#reply === 'never') return false;
    if (this.#reply === 'scpi' && asks !== undefined) return asks;
    const text = typeof message === 'string' ? message : latin1Text(message);
    return this.#reply === 'scpi' ? isQuery(text) : this.#reply.test(text);
  }

  /** A message as it is, and its response with its end. */
  exchange(message: Uint8Array, expectsReply: boolean): Transaction<Uint8Array | undefined> {
    const request = this.#ended(message);
    return {
      label: labelOf(request, message.length),
      timeoutMs: this.#timeoutMs,
      // A query may trigger something, so only declared parameters are read again.
      repeat: expectsReply ? 'once' : 'never',
      attempt: () =>
        expectsReply ? { request, reader: new ScpiReplyReader(this.#replyOptions) } : { request },
    };
  }

  /**
   * A query as it is; its response is handed on as it comes. The reply is how many bytes that were.
   * Its time is over when nothing has come for so long.
   */
  exchangeStreamed(query: Uint8Array, taker: ResponseTaker): Transaction<number> {
    const request = this.#ended(query);
    return {
      label: labelOf(request, query.length),
      timeoutMs: this.#timeoutMs,
      repeat: 'once',
      attempt: () => ({ request, reader: new ScpiReplyStream(taker, this.#replyOptions) }),
    };
  }

  /**
   * A message that is passed on while it comes, and its response, if it asks for one, likewise.
   * @param next the next piece; undefined at the end. What it fails with leaves the message unfinished
   * @param expectsReply asked when the end has gone out
   */
  exchangeLong(
    beginning: Uint8Array,
    next: (signal: AbortSignal) => Promise<Uint8Array | undefined>,
    expectsReply: () => boolean,
    taker: ResponseTaker,
  ): Transaction<number | undefined> {
    const terminator = this.#terminator;
    return {
      label: labelOf(Buffer.from(beginning.subarray(0, labelledBytesMost))),
      timeoutMs: this.#timeoutMs,
      repeat: 'never',
      attempt: () => ({
        request: beginning,
        rest: {
          next: async (signal) => {
            const piece = await next(signal);
            return { data: piece ?? terminator, end: piece === undefined };
          },
          get expectsReply() {
            return expectsReply();
          },
        },
        reader: new ScpiReplyStream(taker, this.#replyOptions),
      }),
    };
  }

  /**
   * What the instrument says though nothing asked it, as {@link exchangeStreamed}. Nothing is lost when
   * it says nothing.
   * @param options.timeoutMs at most; the instrument's own time where that is shorter
   * @param options.signal ends it, also when it is under way
   */
  listen(
    taker: ResponseTaker,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Transaction<number> {
    const request = new Uint8Array();
    return {
      label: 'a read without a query',
      timeoutMs: Math.min(timeoutMs, this.#timeoutMs),
      repeat: 'once',
      attempt: () => ({
        request,
        reader: new ScpiReplyStream(taker, this.#replyOptions),
        giveUp: signal,
      }),
    };
  }

  #ended(message: Uint8Array): Buffer {
    const end = this.#terminator;
    // Out of Node's pool: a link writes no other bytes without making memory for them of their own.
    const request = Buffer.allocUnsafe(message.length + end.length);
    request.set(message);
    request.set(end, message.length);
    return request;
  }
}

/** A decoder would be made anew for each text, and costs more than all the rest of a query. */
function latin1Text({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}

function labelOf(message: Buffer, length: number = message.length): string {
  return message.toString('latin1', 0, Math.min(length, labelledBytesMost));
}

function toParameter(declared: ScpiParameter): Parameter {
  const { name, title = name, query, set, type, unit, minimum, maximum, choices } = declared;
  const access = query === undefined ? 'write' : set === undefined ? 'read' : 'read-write';
  return { name, title, type, access, ...defined({ unit, minimum, maximum, texts: choices }) };
}

function defined<Fields extends object>(
  fields: Fields,
): {
  [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
} {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as never;
}

/** @throws VALUE_INVALID when it holds what would end the message */
function checkMessage(message: string): void {
  if (/[\r\n]/.test(message)) {
    throw new SignalboxError('VALUE_INVALID', 'a message must not hold the line feed that ends it');
  }
}

function argumentOf({ name, type }: Parameter, value: Value): string {
  if (type === 'boolean') return value === true ? 'ON' : 'OFF';
  const text = String(value);
  if (type === 'string' && /[;\r\n#?"']/.test(text)) {
    throw new SignalboxError(
      'VALUE_INVALID',
      `a value of ${name} must not hold ; # ? quotes or line ends, which would be a command of their own`,
    );
  }
  return text;
}

function valueOf({ name, type }: Parameter, text: string): Value {
  const trimmed = text.trim();
  if (type === 'string') return trimmed.replace(/^"(.*)"$/, '$1');
  if (type === 'boolean') return /^(1|ON)$/i.test(trimmed);
  const value = Number(trimmed);
  if (trimmed !== '' && Number.isFinite(value)) return value;
  throw new SignalboxError(
    'REPLY_MALFORMED',
    `${name} is a number, but the instrument answered '${trimmed.slice(0, 60)}'`,
  );
}
