import { jsonRpcErrors } from '../../../protocols/index.ts';
import { RpcRefusal } from '../rpc/call-error.ts';
import type { CallOptions } from '../rpc/call-options.ts';
import type { RpcContext } from '../rpc/incoming-calls.ts';
import { RpcPeer } from '../rpc/rpc-peer.ts';
import { workerProtocol } from '../worker-introduction.ts';
import type { WorkerLogLevel } from '../worker-log.ts';
import { FunctionTable } from './function-table.ts';
import type { DescribedFunction, WorkerFunction } from './function-table.ts';
import { openWorkerSide } from './worker-side.ts';
import type { WorkerSide } from './worker-side.ts';

/** What a worker serves. */
export interface ServeOptions {
  /** What it is called in messages and logs. */
  readonly name: string;
  readonly version?: string;
  readonly functions: Readonly<Record<string, WorkerFunction | DescribedFunction>>;
  /**
   * Names of groups, and the functions in each: calls of one group run one after the other, in the
   * order in which they came. A function is in one group at most. @default no groups
   */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** So many calls may be under way or wait in groups; more are refused. @default 4_096 */
  readonly callsMost?: number;
}

/** The host, as its worker sees it. */
export interface WorkerHost {
  /**
   * Tells all who listen to this worker's events. Arrays are copied, so that they can be filled anew
   * at once, but for those that are given away with `move`.
   * @throws VALUE_INVALID, WORKER_BUSY
   */
  event(name: string, data: unknown): void;
  /** Says something for the log. */
  log(level: WorkerLogLevel, message: string): void;
  /** Calls a function of the host. @throws as the answer says; NOT_FOUND where the host has none */
  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown>;
}

/**
 * Serves functions to the host that started this process or thread, and says that it is ready. When
 * the host says so it drains and ends; when the host has gone it ends at once.
 *
 * Standard output of a process belongs to the protocol from then on: `console.log` goes to the log.
 */
export function serveWorker(options: ServeOptions): WorkerHost {
  return new ServedWorker(options, openWorkerSide());
}

class ServedWorker implements WorkerHost {
  readonly #side: WorkerSide;
  readonly #table: FunctionTable;
  readonly #peer: RpcPeer;
  #isDraining = false;

  constructor({ name, version, functions, groups, callsMost }: ServeOptions, side: WorkerSide) {
    this.#side = side;
    this.#table = new FunctionTable(functions, groups);
    this.#peer = new RpcPeer({
      channel: side.channel,
      name: 'the host',
      handler: (method, params, context) => this.#answer(method, params, context),
      onNotification: (method) => {
        if (method === '$/drain') void this.#drain();
      },
      onMalformed: ({ fault, excerpt }) => this.log('warn', `no message (${fault}): ${excerpt}`),
      // Nobody is left to work for.
      onGone: () => side.exit(0),
      ...(callsMost === undefined ? {} : { requestsMost: callsMost }),
    });
    const told = version === undefined ? { name } : { name, version };
    const functionFacts = this.#table.facts;
    this.#peer.notify('$/ready', { protocol: workerProtocol, ...told, functions: functionFacts });
  }

  event(name: string, data: unknown): void {
    this.#peer.notify('$/event', { name, data });
  }

  log(level: WorkerLogLevel, message: string): void {
    this.#peer.notify('$/log', { level, message });
  }

  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    return this.#peer.call(method, params, options);
  }

  #answer(method: string, params: unknown, context: RpcContext): unknown {
    if (method === '$/ping') return 'pong';
    if (this.#isDraining) {
      throw new RpcRefusal(jsonRpcErrors.draining, 'this worker takes no new calls: it is ending');
    }
    return this.#table.run(method, params, context);
  }

  async #drain(): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    await this.#peer.idle();
    this.#side.exit(0);
  }
}
