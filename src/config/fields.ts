import { z } from 'zod';
import { alike } from './alike.ts';

/** What people call things: they become parts of paths and addresses. */
export const name: z.ZodString = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'a name: a letter, then letters, digits, - and _');

export const tcpPort: z.ZodNumber = z.number().int().min(0).max(65_535);

export const path: z.ZodString = z.string().min(1);

export const host: z.ZodString = z.string().min(1);

/** A whole number of milliseconds from 1 on. */
export function milliseconds(most: number): z.ZodNumber {
  return z.number().int().min(1).max(most);
}

/** A table in which a key that is not one of these is an error, which says what was likely meant. */
export function table<Shape extends z.core.$ZodShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(key, known)).join('\n')
        : undefined,
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = alike(key, known);
  return meant === undefined
    ? `unknown key '${key}'; allowed are ${known.join(', ')}`
    : `unknown key '${key}'; did you mean '${meant}'?`;
}
