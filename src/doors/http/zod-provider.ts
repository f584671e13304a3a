import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifySchema,
  FastifySchemaCompiler,
  FastifyTypeProvider,
  RawServerDefault,
} from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';

import { SignalboxError } from '../../kernel/index.ts';

/** Gives handlers the types that their zod schemas describe. */
export interface ZodTypeProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  readonly serializer: unknown;
}

/** The server that routes are added to. */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Checks what comes in with the zod schema of the route. What is missing altogether is empty. */
export const zodValidator: FastifySchemaCompiler<z.ZodType> = ({ schema }) => {
  return (data: unknown) => {
    const parsed = schema.safeParse(data ?? {});
    if (parsed.success) return { value: parsed.data };
    return { error: argumentError(parsed.error) };
  };
};

/** What zod found wrong, in one line. */
export function argumentError(error: z.ZodError): SignalboxError {
  const problems = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  return new SignalboxError('BAD_ARGUMENT', problems.join('; ').slice(0, 500), {
    details: { problems: problems.slice(0, 20) },
  });
}

/** The schemas of a route as OpenAPI 3.1 has them: JSON Schema of draft 2020-12. */
export function openApiSchema(schema: FastifySchema, answers: Answers): FastifySchema {
  const { body, querystring, params, headers, response, ...rest } = schema;
  const whole = { ...answers, ...(response as Answers | undefined) };
  return {
    ...rest,
    ...(body === undefined ? {} : { body: jsonSchema(body, 'input') }),
    ...(querystring === undefined ? {} : { querystring: jsonSchema(querystring, 'output') }),
    ...(params === undefined ? {} : { params: jsonSchema(params, 'output') }),
    ...(headers === undefined ? {} : { headers: jsonSchema(headers, 'output') }),
    response: Object.fromEntries(
      Object.entries(whole).map(([status, each]) => [status, jsonSchema(each, 'output')]),
    ),
  };
}

type Answers = Readonly<Record<string, unknown>>;

function jsonSchema(schema: unknown, io: 'input' | 'output'): unknown {
  if (!(schema instanceof z.ZodType)) return schema;
  const { $schema: _dialect, ...plain } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return plain;
}
