import { randomUUID } from 'node:crypto';

import { HttpDoor } from '../../../src/doors/http/index.ts';
import type { HttpDoorOptions } from '../../../src/doors/http/index.ts';
import { publish } from '../../../src/gateway/publish/publish.ts';
import { given } from '../../../src/kernel/index.ts';
import { Hub } from '../../../src/telemetry/index.ts';
import { laboratory } from '../../support/laboratory.ts';
import type { Laboratory } from '../../support/laboratory.ts';
import { DescribedApi } from './described-api.ts';

/** A laboratory with an open door on a free port of 127.0.0.1. */
export interface OpenDoor extends AsyncDisposable {
  readonly door: HttpDoor;
  readonly hub: Hub;
  readonly url: string;
  readonly lab: Laboratory;
  /** Requests with JSON; gives status and body. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
}

/** An answer, read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Opens a door, of the source unless another is given; each answer is held against its description. */
export async function openDoor(
  options: Partial<HttpDoorOptions> = {},
  Door: typeof HttpDoor = HttpDoor,
): Promise<OpenDoor> {
  const lab = laboratory(options.clock);
  const { clock, directory = lab.directory, services = {} } = options;
  const hub = services.hub ?? new Hub({ epoch: randomUUID(), ...given({ clock }) });
  const published = publish(hub, { directory, ...services }, clock);
  const door = new Door({
    port: 0,
    version: '1.2.3',
    ...options,
    directory,
    services: { ...services, hub },
  });
  lab.directory.doors.push(door);
  await door.open();
  let described: Promise<DescribedApi> | undefined;
  return {
    door,
    hub,
    url: door.url,
    lab,
    ask: async (method, path, body, headers = {}) => {
      const response = await fetch(`${door.url}${path}`, {
        method,
        headers: {
          ...(method === 'GET' || method === 'DELETE'
            ? {}
            : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      described ??= describedBy(door.url);
      (await described).check(method, path, response.status, text);
      const parsed = (text === '' ? {} : JSON.parse(text)) as Reply['body'];
      return { status: response.status, headers: response.headers, body: parsed };
    },
    [Symbol.asyncDispose]: async () => {
      await door.close();
      published[Symbol.dispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
}

async function describedBy(url: string): Promise<DescribedApi> {
  const response = await fetch(`${url}/openapi.json`);
  return new DescribedApi(await response.json());
}
