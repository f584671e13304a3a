import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../kernel/index.ts';
import type { FaultPlan } from '../fault-plan.ts';
import type { Fault } from '../faults.ts';
import { json } from './axe-os-api.ts';
import type { MinerAnswer } from './axe-os-api.ts';
import type { MinerDevice } from './miner-device.ts';
import { sendSpoilt } from './spoil-miner-answer.ts';

/** A longer request is refused. */
const bodyBytesMost = 16_384;

/** What the devices with pages have in common. */
export interface HttpMinersOptions {
  readonly clock: Clock;
  readonly plan: FaultPlan;
  /** What goes wrong with this answer; it may change the device. */
  readonly fault: (device: MinerDevice) => Fault | undefined;
  readonly answer: (device: MinerDevice, method: string, path: string, body: string) => MinerAnswer;
  readonly note: (device: MinerDevice, request: string, status: number, fault?: Fault) => void;
  readonly restart: (device: MinerDevice) => void;
  readonly idleMs: number;
}

/** One HTTP server for all devices; each connection knows whose it is. */
export class HttpMiners {
  readonly #options: HttpMinersOptions;
  readonly #server: Server;
  readonly #devices = new WeakMap<Socket, MinerDevice>();

  constructor(options: HttpMinersOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.keepAliveTimeout = options.idleMs;
    // Nobody else checks it: it listens nowhere itself.
    this.#server.requestTimeout = 0;
  }

  take(socket: Socket, device: MinerDevice): void {
    this.#devices.set(socket, device);
    this.#server.emit('connection', socket);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket, method = 'GET', url = '/' } = request;
    const device = this.#devices.get(socket);
    const { answer, fault: next, note, restart } = this.#options;
    const body = method === 'GET' ? '' : await bodyOf(request).catch(() => undefined);
    if (device === undefined || body === undefined) {
      socket.destroy();
      return;
    }
    const fault = next(device);
    if (fault?.kind === 'unplug' || fault?.kind === 'reboot') {
      note(device, `${method} ${url}`, 0, fault);
      return;
    }
    const path = url.replace(/\?.*$/, '');
    const told =
      fault?.kind === 'status'
        ? json(fault.status, fault.message ?? 'Unauthorized')
        : answer(device, method, path, body);
    note(device, `${method} ${url}`, told.status, fault);
    if (fault !== undefined && (await this.#spoil(socket, told, fault))) return;
    response.writeHead(told.status, {
      'content-type': told.type,
      'content-length': Buffer.byteLength(told.body),
    });
    response.end(told.body, () => {
      if (told.after === 'restart') restart(device);
    });
  }

  async #spoil(
    socket: Socket,
    { status, type, body }: MinerAnswer,
    fault: Fault,
  ): Promise<boolean> {
    const bytes = Buffer.from(body);
    const length = fault.kind === 'oversize' ? '' : `content-length: ${bytes.length}\r\n`;
    const head = Buffer.from(
      `HTTP/1.1 ${status} OK\r\ncontent-type: ${type}\r\n${length}connection: close\r\n\r\n`,
    );
    const { clock, plan } = this.#options;
    return await sendSpoilt(socket, head, bytes, { fault, clock, plan });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > bodyBytesMost) throw new RangeError('too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
