import { z } from 'zod';
import { ConfigStore } from '../../../../src/config/store/config-store.ts';

/** What the programs of these tests change together. */
export const countingSchema: z.ZodType<{ counter: number; clients: Record<string, number> }> =
  z.strictObject({
    counter: z.number().int().default(0),
    clients: z.record(z.string(), z.number().int()).default({}),
  });

/** Opens it as each of the programs does. */
export async function openCounting(file: string, by: string): Promise<ConfigStore<Counting>> {
  return await ConfigStore.open(file, { schema: countingSchema, by });
}

export type Counting = z.infer<typeof countingSchema>;
