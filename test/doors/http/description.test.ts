import { createHash } from 'node:crypto';
import { Script } from 'node:vm';

import { expect, test } from 'vitest';

import { openDoor } from './open-door.ts';

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

test('the description is OpenAPI 3.1, and says of every route what it does and how it fails', async () => {
  await using door = await openDoor();
  const { body } = await door.ask('GET', '/openapi.json');
  expect(body).toMatchObject({ openapi: '3.1.0', info: { title: 'Signalbox', version: '1.2.3' } });
  const paths = Object.entries(body['paths'] as Record<string, Record<string, Operation>>);
  expect(paths.map(([path]) => path).toSorted()).toMatchSnapshot();
  for (const [path, operations] of paths) {
    for (const [method, operation] of Object.entries(operations)) {
      const where = `${method} ${path}`;
      expect(operation.summary, where).toBeTruthy();
      expect(operation.tags, where).toHaveLength(1);
      expect(operation.responses, where).toHaveProperty('default');
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const described = (operation.parameters ?? []).filter((each) => each.in === 'path');
      expect(new Set(described.map(({ name }) => name)), where).toEqual(new Set(inPath));
    }
  }
});

test('the page runs its own script and style only, and nothing is loaded from elsewhere', async () => {
  await using door = await openDoor();
  const response = await fetch(door.url);
  const policy = response.headers.get('content-security-policy') ?? '';
  const html = await response.text();
  const inside = (tag: string): string =>
    new RegExp(`<${tag}>([\\s\\S]*)</${tag}>`).exec(html)?.[1] ?? '';
  for (const tag of ['script', 'style']) {
    const hash = createHash('sha256').update(inside(tag)).digest('base64');
    expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
  }
  expect(() => new Script(inside('script'))).not.toThrow();
  expect(policy).toContain("default-src 'none'");
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
});
