import { z } from 'zod';

import { given, SignalboxError } from '../../../kernel/index.ts';
import type { Action, Value } from '../../../instruments/index.ts';
import { failures, inAWrite, ofAWorker, onTheWire } from '../failures.ts';
import { leaseFor } from '../callers.ts';
import { fromJsonValue, jsonValue, toJsonValue } from '../json-value.ts';
import { messageLengthMost } from '../limits.ts';
import { instrumentOf } from '../route-context.ts';
import type { RouteContext } from '../route-context.ts';
import { answer, taskStatus, leaseHeader, name, priority, waitMs } from '../schemas.ts';
import type { HttpServer } from '../zod-provider.ts';
import { instrumentReport } from './instrument-report.ts';

const accepted = 202;
const noContent = 204;

/** Instruments: what there is, messages in their own language, actions. */
export function instrumentRoutes(server: HttpServer, context: RouteContext): void {
  const { directory, callers, tasks } = context;
  const tags = ['instruments'];
  const params = z.object({ instrument: name });
  const headers = leaseHeader;

  const all = {
    summary: 'All instruments',
    tags,
    response: {
      200: answer(
        'The instruments',
        z.object({ instruments: z.array(z.looseObject({ name: z.string() })) }),
      ),
    },
  };
  server.get('/api/v1/instruments', { schema: all }, () => ({
    instruments: Array.from(directory.instruments.values(), instrumentReport),
  }));

  const one = {
    summary: 'One instrument',
    tags,
    params,
    response: { 200: answer('It'), ...failures('NOT_FOUND') },
  };
  server.get('/api/v1/instruments/:instrument', { schema: one }, ({ params }) =>
    instrumentReport(instrumentOf(directory, params.instrument)),
  );

  const identify = {
    summary: 'Asks the instrument what it is',
    tags,
    params,
    headers,
    body: z.strictObject({ waitMs, priority: priority.optional() }),
    response: {
      200: answer('What it says', z.looseObject({ text: z.string() })),
      ...failures(...onTheWire, ...ofAWorker),
    },
  };
  server.post(
    '/api/v1/instruments/:instrument/identify',
    { schema: identify },
    async (request, reply) => {
      const instrument = instrumentOf(directory, request.params.instrument);
      const { by, signal, shown } = callers.of(request, reply);
      const options = { signal, ...given(request.body), ...leaseFor(instrument.port, shown) };
      return await instrument.identify(by, options);
    },
  );

  const message = z.string().min(1).max(messageLengthMost);
  const messageBody = z.strictObject({ message, waitMs, priority: priority.optional() });
  const query = {
    summary: 'Sends a message in the language of the instrument, and gives its reply',
    tags,
    params,
    headers,
    body: messageBody,
    response: {
      200: answer('The reply', z.object({ reply: z.string() })),
      ...failures(...onTheWire, 'OUTCOME_UNKNOWN'),
    },
  };
  server.post(
    '/api/v1/instruments/:instrument/query',
    { schema: query },
    async (request, reply) => {
      const instrument = instrumentOf(directory, request.params.instrument);
      const { by, signal, shown } = callers.of(request, reply);
      const { message, ...rest } = request.body;
      const options = { signal, ...given(rest), ...leaseFor(instrument.port, shown) };
      return { reply: await instrument.query(message, by, options) };
    },
  );

  const send = {
    summary: 'Sends a message that has no reply',
    tags,
    params,
    headers,
    body: messageBody,
    response: {
      204: z.void().describe('It was sent'),
      ...failures(...onTheWire, 'OUTCOME_UNKNOWN'),
    },
  };
  server.post('/api/v1/instruments/:instrument/send', { schema: send }, async (request, reply) => {
    const instrument = instrumentOf(directory, request.params.instrument);
    const { by, signal, shown } = callers.of(request, reply);
    const { message, ...rest } = request.body;
    const options = { signal, ...given(rest), ...leaseFor(instrument.port, shown) };
    await instrument.send(message, by, options);
    return reply.code(noContent).send();
  });

  const action = {
    summary: 'Does a longer operation: wink, zero, change of fluid',
    description: 'With `background` it is answered at once with a task to ask for.',
    tags,
    params: z.object({ instrument: name, action: name }),
    headers,
    body: z.strictObject({
      values: z.record(name, jsonValue).default({}),
      background: z.boolean().default(false),
      waitMs,
      priority: priority.optional(),
    }),
    response: {
      200: answer('It is done', z.object({ result: jsonValue.optional() })),
      202: answer('It was begun', taskStatus),
      ...failures(...inAWrite, 'WRITE_ONLY'),
    },
  };
  server.post(
    '/api/v1/instruments/:instrument/actions/:action',
    { schema: action },
    async (request, reply) => {
      const instrument = instrumentOf(directory, request.params.instrument);
      const { name: actionName } = actionOf(instrument.driver.actions, request.params.action);
      const { by, signal, shown } = callers.of(request, reply);
      const { values, background, ...rest } = request.body;
      const inner = Object.fromEntries(
        Object.entries(values).map(([key, value]) => [key, fromJsonValue(value)]),
      ) as Record<string, Value>;
      const options = { ...given(rest), ...leaseFor(instrument.port, shown) };
      if (!background) {
        const result = await instrument.run(actionName, inner, by, { ...options, signal });
        return result === undefined ? {} : { result: toJsonValue(result) };
      }
      const label = `${actionName} of ${instrument.name}`;
      const task = tasks.start(label, async (task) => {
        const result = await instrument.run(actionName, inner, by, { ...options, ...task });
        return result === undefined ? undefined : toJsonValue(result);
      });
      return reply.code(accepted).send(task);
    },
  );
}

function actionOf(actions: readonly Action[], wanted: string): Action {
  const action = actions.find(({ name }) => name === wanted);
  if (action !== undefined) return action;
  throw new SignalboxError('NOT_FOUND', `there is no action '${wanted}'`, {
    details: { actions: actions.map(({ name }) => name) },
  });
}
