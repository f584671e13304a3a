import { given, hasCode, SignalboxError } from '../../../kernel/index.ts';
import { mapTransaction } from '../../../ports/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import { checkReadable, checkWritable } from '../../check-value.ts';
import type { Action, Driver, Identity } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { ExpectedDevice, writtenMac } from '../miner/expected-device.ts';
import { checkAllReadable } from '../miner/miner-table.ts';
import { linkOperation } from '../miner/link-operation.ts';
import { FieldPlaces } from './field-places.ts';
import { MagicMinerPages } from './magic-miner-pages.ts';
import { magicMinerTable } from './magic-miner-table.ts';
import type { FieldTexts, PageField } from './page-fields.ts';

/** How long the pages of a miner may take, with the connection to it, in ms. */
export const magicMinerTimeoutMs = 10_000;

export interface MagicMinerDriverOptions {
  /** @default {@link magicMinerTimeoutMs} */
  readonly timeoutMs?: number;
  /** Which device is meant, by its hardware address. @default the one that answers first */
  readonly mac?: string;
}

/**
 * A Magic Miner BG02, which has no API: what it tells is taken off its pages. It can be read and restarted.
 */
export class MagicMinerDriver implements Driver {
  readonly family = 'magic-miner';
  readonly parameters: readonly Parameter[] = magicMinerTable.parameters;
  readonly watched: readonly string[] = magicMinerTable.watched;
  readonly actions: readonly Action[];
  readonly #timeoutMs: number;
  readonly #expected: ExpectedDevice;
  readonly #places = new FieldPlaces();

  constructor({ timeoutMs = magicMinerTimeoutMs, mac }: MagicMinerDriverOptions = {}) {
    this.#timeoutMs = timeoutMs;
    this.#expected = new ExpectedDevice(mac);
    this.actions = [
      {
        name: 'restart',
        title: 'Restarts it',
        arguments: [],
        run: async (_values, context) => {
          await context.transact(this.#restart());
          return undefined;
        },
      },
    ];
  }

  parameter(nameOrNumber: string | number): Parameter | undefined {
    return magicMinerTable.parameter(nameOrNumber);
  }

  read(parameter: Parameter): Transaction<Value> {
    checkReadable(parameter);
    return mapTransaction(this.#fields([parameter]), (fields) =>
      magicMinerTable.value(parameter, fields),
    );
  }

  readMany(parameters: readonly Parameter[]): Transaction<Readonly<Record<string, Value>>> {
    checkAllReadable(parameters);
    return mapTransaction(this.#fields(parameters), (fields) =>
      magicMinerTable.values(parameters, fields),
    );
  }

  /** @throws READ_ONLY always: nothing of it can be set */
  write(parameter: Parameter): Transaction<void> {
    checkWritable(parameter);
    throw new SignalboxError('READ_ONLY', `${parameter.name} can be read but not written`);
  }

  identify(): Transaction<Identity> {
    const named = ['model', 'firmware', 'mac', 'hostname', 'hashRate'] as const;
    const wanted = named.flatMap((name) => this.parameter(name) ?? []);
    return mapTransaction(this.#fields(wanted), (fields) => {
      const model = fields.get('model');
      const firmware = fields.get('firmware');
      const serial = writtenMac(fields.get('mac'));
      const words = ['Magic Miner', model, firmware, fields.get('hostname'), serial];
      const text = words.filter((each) => each !== undefined).join(' ');
      return { maker: 'Magic Miner', ...given({ model, firmware, serial }), text };
    });
  }

  #fields(parameters: readonly Parameter[]): Transaction<FieldTexts> {
    const fields = parameters.flatMap(({ name }) => magicMinerTable.row(name)?.field ?? []);
    const wanted = [...new Set<PageField>([...fields, 'mac'])].sort();
    const transaction = this.#operation('read the miner', 'safe', 'GET /', async (pages) => {
      const found = await pages.fields(wanted, this.#places);
      this.#expected.check(writtenMac(found.get('mac')));
      return found;
    });
    return { ...transaction, merge: { key: wanted.join('+') } };
  }

  #restart(): Transaction<void> {
    return this.#operation('restart', 'never', 'POST /restart', async (pages) => {
      try {
        const found = await pages.fields(['mac', 'hashrate'], this.#places);
        this.#expected.check(writtenMac(found.get('mac')));
      } catch (error) {
        if (!hasCode(error, 'LINK_COMMUNICATION', 'REPLY_MALFORMED')) throw error;
        const { message } = error as SignalboxError;
        throw new SignalboxError('INSTRUMENT_OFFLINE', `nothing was changed: ${message}`, {
          details: { isSent: false, transient: true },
          cause: error,
        });
      }
      await pages.restart();
    });
  }

  #operation<Reply>(
    label: string,
    repeat: 'safe' | 'never',
    traced: string,
    run: (pages: MagicMinerPages) => Promise<Reply>,
  ): Transaction<Reply> {
    return linkOperation({
      label,
      timeoutMs: this.#timeoutMs,
      repeat,
      traced,
      run: async (link, signal) => await run(new MagicMinerPages(link, signal)),
    });
  }
}
