import { Socket } from 'node:net';
import { isMainThread, parentPort } from 'node:worker_threads';
import { descriptorSource } from '../rpc/byte-source.ts';
import { PortChannel } from '../rpc/port-channel.ts';
import type { RpcChannel } from '../rpc/channel.ts';
import { StreamChannel } from '../rpc/stream-channel.ts';

/** What a worker speaks to its host through. */
export interface WorkerSide {
  readonly channel: RpcChannel;
  /** Ends this worker, with everything that still keeps it alive. */
  exit(code: number): never;
}

/** Of this thread, where it is a worker thread; else of this process. */
export function openWorkerSide(): WorkerSide {
  const exit = (code: number): never => process.exit(code);
  if (!isMainThread && parentPort !== null) return { channel: new PortChannel(parentPort), exit };
  const output = new Socket({ fd: 1, readable: false, writable: true });
  moveStandardOutput();
  return { channel: new StreamChannel(descriptorSource(0), output), exit };
}

/** Standard output is the wire: what a library prints there goes to the log. */
function moveStandardOutput(): void {
  Object.defineProperty(process, 'stdout', {
    configurable: true,
    enumerable: true,
    get: () => process.stderr,
  });
  // A console that was used before has its stream already.
  (console as { _stdout?: unknown })._stdout = process.stderr;
}
