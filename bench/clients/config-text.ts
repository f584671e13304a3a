import { z } from 'zod';

const port = z.strictObject({
  serial: z.string(),
  protocol: z.string(),
  baudRate: z.number().int(),
  timeoutMs: z.number().int().default(1_000),
  tags: z.array(z.string()).default([]),
});

/** What the configuration of the benchmark has to be. */
export const benchSchema: z.ZodType<BenchConfig> = z.strictObject({
  counter: z.number().int().default(0),
  ports: z.record(z.string(), port).default({}),
});

export interface BenchConfig {
  counter: number;
  ports: Record<string, z.infer<typeof port>>;
}

const bytes = 10_000;

/** A laboratory of 10 kB, with comments. */
export function benchText(): string {
  let text = '# The laboratory.\ncounter = 0 # commits\n';
  for (let index = 0; text.length < bytes; index += 1) {
    text += `\n# bench ${index}, left side\n[ports.bus${index}]\nserial = "/dev/ttyUSB${index}" # cable ${index}\nprotocol = "propar"\nbaudRate = 38400\ntags = ["flow", "bench"]\n`;
  }
  return text;
}
