import { z } from 'zod';

/** What the description may hold: OpenAPI 3.1.0, section 4.8, as far as the API uses it. */
const schemaObject = z.record(z.string(), z.unknown()).refine(isJsonSchema, 'is no JSON Schema');
const content = z.record(z.string(), z.strictObject({ schema: schemaObject }));

const parameter = z
  .strictObject({
    name: z.string(),
    in: z.enum(['path', 'query', 'header']),
    required: z.boolean().optional(),
    description: z.string().optional(),
    schema: schemaObject,
  })
  .refine((each) => each.in !== 'path' || each.required === true, 'a path needs its parameters');

const operation = z.strictObject({
  summary: z.string().min(1),
  description: z.string().optional(),
  tags: z.tuple([z.string()]),
  parameters: z.array(parameter).optional(),
  requestBody: z.strictObject({ content, required: z.boolean().optional() }).optional(),
  responses: z.record(
    z.string().regex(/^(?:[1-5]\d\d|default)$/),
    z.strictObject({ description: z.string().min(1), content: content.optional() }),
  ),
});

export type Operation = z.infer<typeof operation>;

export const openApi = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  components: z.strictObject({
    securitySchemes: z.record(z.string(), z.strictObject({ type: z.string(), scheme: z.string() })),
    schemas: z.strictObject({}).optional(),
  }),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(
    z.string().startsWith('/'),
    z.strictObject({
      get: operation.optional(),
      put: operation.optional(),
      post: operation.optional(),
      patch: operation.optional(),
      delete: operation.optional(),
    }),
  ),
});

function isJsonSchema(schema: Readonly<Record<string, unknown>>): boolean {
  try {
    z.fromJSONSchema(schema);
    return true;
  } catch {
    return false;
  }
}
