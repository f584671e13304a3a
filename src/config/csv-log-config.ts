import { z } from 'zod';
import { milliseconds, name, path, table } from './fields.ts';

/** Files of values, one for each user tag. */
export interface CsvLogConfig {
  readonly folder: string;
  readonly instruments: readonly string[];
  readonly parameters: readonly string[];
  /** A row is written so often. */
  readonly everyMs: number;
  /** Read so often, when a row is to be the mean of several readings. */
  readonly sampleMs?: number | undefined;
  readonly fileName: string;
}

const dayMs = 86_400_000;
/** What a file name may have in it. */
const placeholders = ['userTag', 'instrument', 'port', 'date'];

const fileName = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[^/\\]*$/, 'a file name; the key folder says where')
  .refine(
    (text) =>
      [...text.matchAll(/\{(.*?)\}/g)].every(([, word = '']) => placeholders.includes(word)),
    `must have no other placeholders than ${placeholders.map((each) => `{${each}}`).join(', ')}`,
  );

export const csvLogSchema: z.ZodType<CsvLogConfig> = table({
  folder: path,
  instruments: z.array(name).min(1).max(1_000),
  parameters: z.array(z.string().min(1)).min(1).max(100),
  everyMs: milliseconds(dayMs).min(100).default(1_000),
  sampleMs: milliseconds(dayMs).min(100).optional(),
  fileName: fileName.default('log_{userTag}.csv'),
}).refine(({ everyMs, sampleMs = everyMs }) => sampleMs <= everyMs, {
  path: ['sampleMs'],
  message: 'must not be above everyMs',
});
