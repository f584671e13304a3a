import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NotifyConfig } from '../../../src/config/index.ts';
import { parseConfig } from '../../../src/config/index.ts';
import type { AlertRecord, Notice } from '../../../src/telemetry/index.ts';

/** One request that a receiver got. */
export interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on 127.0.0.1. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: Received[];
  /** What it answers with: 204 unless a test says otherwise. */
  answer: (response: ServerResponse, received: Received) => void;
}

/** Listens; on a port that is free unless one is given. */
export async function receiver(port = 0): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = {
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      made.received.push(received);
      made.answer(response, received);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const made: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    answer: (response) => response.writeHead(204).end(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
  return made;
}

/** A way as a configuration has it. */
export function wayOf(toml: string): NotifyConfig {
  const { way } = parseConfig(`[notify.way]\n${toml}`, 'lab.toml').notify;
  if (way === undefined) throw new TypeError('no way');
  return way;
}

export function alertOf(more: Partial<AlertRecord> = {}): AlertRecord {
  return {
    id: 7,
    alert: 'hot',
    subject: 'oven',
    parameter: 'p',
    isOccurrence: false,
    severity: 'critical',
    title: 'Too hot',
    message: 'oven: p is 80; alert: above 70',
    value: 80,
    raisedMs: 1_700_000_000_000,
    isTold: true,
    reminders: 0,
    count: 1,
    isFlapping: false,
    ...more,
  };
}

export function noticeOf(number: number, more: Partial<Notice> = {}): Notice {
  return {
    way: 'way',
    key: `life-${number}-raised`,
    event: 'raised',
    atMs: 1_700_000_000_000,
    alert: alertOf({ id: number }),
    ...more,
  };
}
