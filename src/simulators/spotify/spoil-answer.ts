import type { ServerResponse } from 'node:http';
import { sleep } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { FaultPlan } from '../fault-plan.ts';
import type { Fault } from '../faults.ts';
import type { ApiAnswer } from './web-api.ts';

interface Spoiling {
  readonly fault: Fault | undefined;
  readonly clock: Clock;
  readonly plan: FaultPlan;
  readonly unplug: (backAfterMs: number) => void;
}

/** Sends an answer, or what a fault makes of it. */
export async function spoilAnswer(
  response: ServerResponse,
  { status, headers = {}, body }: ApiAnswer,
  { fault, clock, plan, unplug }: Spoiling,
): Promise<void> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json; charset=utf-8';
  const good = Buffer.from(text);
  const send = (bytes: Uint8Array, length: number = bytes.length): void => {
    const named = length === 0 ? {} : { 'content-type': type, 'content-length': String(length) };
    response.writeHead(status, { ...headers, ...named });
    response.write(bytes);
  };
  switch (fault?.kind) {
    case 'drop':
      // The connection stays, and says nothing.
      return;
    case 'delay':
      await sleep(clock, fault.delayMs);
      break;
    case 'wrong-length':
      // Half an answer, then the connection is gone.
      send(good.subarray(0, good.length >> 1), Math.max(good.length, 2));
      setImmediate(() => response.destroy());
      return;
    case 'unplug':
      if (fault.moment === 'reply')
        send(good.subarray(0, good.length >> 1), Math.max(good.length, 2));
      setImmediate(() => unplug(fault.backAfterMs));
      return;
    case 'garble': {
      // No JSON in any case, as a page of a proxy is none.
      const spoilt = good.length === 0 ? plan.noise() : plan.garble(good);
      const bytes = Buffer.concat([Buffer.from('<'), spoilt]);
      response.writeHead(status === 204 ? 200 : status, { 'content-type': type });
      response.end(bytes);
      return;
    }
    case 'oversize': {
      response.writeHead(200, { 'content-type': type });
      const piece = Buffer.alloc(65_536, ' ');
      for (let sent = 0; sent < fault.bytes && !response.destroyed; sent += piece.length) {
        if (!response.write(piece)) await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
      return;
    }
    default:
      break;
  }
  if (good.length > 0) send(good);
  else response.writeHead(status, headers);
  response.end();
}
