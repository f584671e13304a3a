import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { Instrument } from '../../../src/instruments/index.ts';
import { errorCatalogue, SignalboxError } from '../../../src/kernel/index.ts';
import type { ErrorCode } from '../../../src/kernel/index.ts';
import { DescribedApi } from './described-api.ts';
import { failingDriver } from './failing-driver.ts';
import { openApi } from './openapi-schema.ts';
import type { Operation } from './openapi-schema.ts';
import { openDoor } from './open-door.ts';
import type { OpenDoor } from './open-door.ts';

async function descriptionOf(door: OpenDoor): Promise<[method: string, path: string, Operation][]> {
  const { body } = await door.ask('GET', '/openapi.json');
  const { paths } = openApi.parse(body);
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]): [string, string, Operation][] =>
      operation === undefined ? [] : [[method.toUpperCase(), path, operation]],
    ),
  );
}

/** The codes of failures that an operation may come to, by status. */
function codesOf({ responses }: Operation): [status: number, codes: readonly ErrorCode[]][] {
  return Object.entries(responses).flatMap(([status, { content }]) => {
    const schema = content?.['application/json']?.schema as
      | { properties?: { error?: { properties: { code: { enum: ErrorCode[] } } } } }
      | undefined;
    const codes = schema?.properties?.error?.properties.code.enum;
    return codes === undefined || status === 'default' ? [] : [[Number(status), codes]];
  });
}

describe('the description', () => {
  test('is OpenAPI 3.1, and says of every route what it does and how it fails', async () => {
    await using door = await openDoor();
    const operations = await descriptionOf(door);
    expect(operations.map(([method, path]) => `${method} ${path}`).toSorted()).toMatchSnapshot();
    for (const [method, path, operation] of operations) {
      const where = `${method} ${path}`;
      expect(operation.responses, where).toHaveProperty('default');
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const described = (operation.parameters ?? []).filter((each) => each.in === 'path');
      expect(new Set(described.map(({ name }) => name)), where).toEqual(new Set(inPath));
      for (const [status, codes] of codesOf(operation)) {
        for (const code of codes) expect(errorCatalogue[code].httpStatus, where).toBe(status);
      }
    }
  });

  test('has every route that there is, and no other', async () => {
    await using door = await openDoor();
    const described = (await descriptionOf(door)).map(
      ([method, path]) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    );
    const folder = join(import.meta.dirname, '../../../src/doors/http/routes');
    const routes = readdirSync(folder).flatMap((file) =>
      [
        ...readFileSync(join(folder, file), 'utf8').matchAll(
          /server\.(get|put|post|delete|patch|all|route|head|options)\(\s*'([^']+)'/g,
        ),
      ].map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`),
    );
    // A WebSocket has no place in OpenAPI: its text tells of it.
    const aside = ['GET /api/v1/live', 'GET /ws'];
    expect(routes.filter((route) => !aside.includes(route)).toSorted()).toEqual(
      described.toSorted(),
    );
    const { body } = await door.ask('GET', '/openapi.json');
    expect((body['info'] as { description: string }).description).toContain('/api/v1/live');
  });

  test('tells of every failure of an instrument that a route may come to, as it comes', async () => {
    await using door = await openDoor();
    const driver = failingDriver();
    const { port, directory } = door.lab;
    const failing = new Instrument({ name: 'failing', driver, port });
    (directory.instruments as Map<string, Instrument>).set('failing', failing);
    const base = '/api/v1/instruments/{instrument}';
    const asked: readonly (readonly [string, string, (code: string) => [string, unknown?]])[] = [
      ['GET', '/parameters/{parameter}', (code) => [`/parameters/${code}`]],
      ['PUT', '/parameters/{parameter}', (code) => [`/parameters/${code}`, { value: 1 }]],
      ['POST', '/query', (code) => ['/query', { message: code }]],
      ['POST', '/send', (code) => ['/send', { message: code }]],
      ['POST', '/identify', (code) => ((driver.identifiesWith = code), ['/identify', {}])],
      ['POST', '/actions/{action}', (code) => ['/actions/fail', { values: { code } }]],
    ];
    const operations = await descriptionOf(door);
    for (const [method, path, request] of asked) {
      const [, , operation] = operations.find(
        (each) => each[0] === method && each[1] === base + path,
      )!;
      for (const [status, codes] of codesOf(operation)) {
        for (const code of codes) {
          const [end, body] = request(code);
          // Holds the answer against the description as well.
          const answer = await door.ask(method, `/api/v1/instruments/failing${end}`, body);
          expect(answer.status, `${method} ${path} ${code}`).toBe(status);
          expect(answer.body['error'], `${method} ${path}`).toMatchObject({ code });
        }
      }
    }
  });

  test('is not taken to be kept where an answer breaks it', async () => {
    await using door = await openDoor();
    const { body } = await door.ask('GET', '/openapi.json');
    const api = new DescribedApi(body);
    const error = { ...new SignalboxError('DEADLOCK', 'a cycle').toJSON(), requestId: 'x' };
    const text = JSON.stringify({ error });
    expect(() => api.check('POST', '/api/v1/ports/bus/leases', 409, text)).not.toThrow();
    expect(() => api.check('GET', '/api/v1/tasks/task-1', 409, text)).toThrow('is not described');
    expect(() => api.check('POST', '/api/v1/ports/bus/leases', 423, text)).toThrow('code');
    expect(() => api.check('GET', '/livez', 200, '{"status":"dead"}')).toThrow('status');
    expect(() => api.check('GET', '/livez', 200, '{"status":"live","more":1}')).toThrow('more');
    expect(() => api.check('PATCH', '/livez', 200, '{}')).toThrow('is not described');
    expect(() => api.check('DELETE', '/api/v1/tasks/task-1', 204, 'x')).toThrow('has a body');
  });
});
