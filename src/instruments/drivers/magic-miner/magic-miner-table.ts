import { writtenMac } from '../miner/expected-device.ts';
import { minerParameter } from '../miner/miner-facts.ts';
import { MinerTable, textOf } from '../miner/miner-table.ts';
import type { MinerRow } from '../miner/miner-table.ts';
import type { FieldTexts, PageField } from './page-fields.ts';
import { celsiusOf, fanOf, gigahashesOf, secondsOf, sharesOf } from './read-text.ts';

/** A parameter of a Magic Miner, and the field of its pages that it is in. */
export interface MagicMinerRow extends MinerRow<FieldTexts> {
  readonly field: PageField;
}

const rows: readonly MagicMinerRow[] = [
  {
    parameter: minerParameter('hashRate'),
    field: 'hashrate',
    read: (fields) => gigahashesOf(fields.get('hashrate')),
  },
  {
    parameter: minerParameter('temperature'),
    field: 'temperature',
    read: (fields) => celsiusOf(fields.get('temperature')),
  },
  {
    parameter: minerParameter('fanSpeed'),
    field: 'fan',
    read: (fields) => fanOf(fields.get('fan')).percent,
  },
  {
    parameter: minerParameter('fanRotation'),
    field: 'fan',
    read: (fields) => fanOf(fields.get('fan')).rotation,
  },
  {
    parameter: minerParameter('acceptedShares'),
    field: 'shares',
    read: (fields) => sharesOf(fields.get('shares')).accepted,
  },
  {
    parameter: minerParameter('rejectedShares'),
    field: 'shares',
    read: (fields) => sharesOf(fields.get('shares')).rejected,
  },
  {
    parameter: minerParameter('uptime'),
    field: 'uptime',
    read: (fields) => secondsOf(fields.get('uptime')),
  },
  {
    parameter: minerParameter('pool'),
    field: 'pool',
    read: (fields) => textOf(fields.get('pool')),
  },
  {
    parameter: minerParameter('worker'),
    field: 'worker',
    read: (fields) => textOf(fields.get('worker')),
  },
  {
    parameter: minerParameter('model'),
    field: 'model',
    read: (fields) => textOf(fields.get('model')),
  },
  {
    parameter: minerParameter('firmware'),
    field: 'firmware',
    read: (fields) => textOf(fields.get('firmware')),
  },
  {
    parameter: minerParameter('hostname'),
    field: 'hostname',
    read: (fields) => textOf(fields.get('hostname')),
  },
  {
    parameter: minerParameter('mac'),
    field: 'mac',
    read: (fields) => writtenMac(fields.get('mac')),
  },
];

export const magicMinerTable: MinerTable<FieldTexts, MagicMinerRow> = new MinerTable(rows);
