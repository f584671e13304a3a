import { z } from 'zod';
import { table } from './fields.ts';

/** So many parameters of one instrument may be polled. */
export const polledParametersMost = 200;
const everyLeastMs = 10;
const everyMostMs = 86_400_000;

/** What is read of an instrument again and again, whether somebody asks for it or not. */
export interface PollConfig {
  /** @default those that its family is watched by */
  readonly parameters?: readonly string[] | undefined;
  readonly everyMs: number;
  /** Parameters that are read more or less often than the others. */
  readonly everyMsOf: Readonly<Record<string, number>>;
}

const parameter = z.string().min(1).max(100);
const everyMs = z.number().int().min(everyLeastMs).max(everyMostMs);

/** Checks `[instruments.NAME.poll]`. */
export const pollSchema: z.ZodType<PollConfig> = table({
  parameters: z.array(parameter).min(1).max(polledParametersMost).optional(),
  everyMs: everyMs.default(1_000),
  everyMsOf: z.record(parameter, everyMs).default({}),
});
