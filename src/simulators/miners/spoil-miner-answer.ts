import type { Socket } from 'node:net';
import { sleep } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { FaultPlan } from '../fault-plan.ts';
import type { Fault } from '../faults.ts';

/** What becomes of an answer. */
export interface SpoiltAnswer {
  readonly fault: Fault | undefined;
  readonly clock: Clock;
  readonly plan: FaultPlan;
}

const pieceBytes = 65_536;
/** What has no end comes this slowly. */
const endlessPauseMs = 20;

/**
 * Sends an answer as a fault has it, over a connection that ends then.
 * @param head what goes before the body as it is; empty where the protocol has none
 * @returns whether it was sent as it is, so that the connection may go on
 */
export async function sendSpoilt(
  socket: Socket,
  head: Uint8Array,
  body: Uint8Array,
  { fault, clock, plan }: SpoiltAnswer,
): Promise<boolean> {
  switch (fault?.kind) {
    case 'drop':
      // The connection stays, and says nothing.
      return true;
    case 'delay':
      await sleep(clock, fault.delayMs);
      return false;
    case 'wrong-length':
      // Half an answer, then the connection is gone.
      socket.write(head);
      socket.end(body.subarray(0, body.length >> 1));
      return true;
    case 'garble':
      socket.write(head);
      socket.end(plan.garble(body.map((byte, index) => (index % 5 === 0 ? byte ^ 0x55 : byte))));
      return true;
    case 'oversize': {
      socket.write(head);
      const piece = Buffer.alloc(pieceBytes, ' ');
      const isEndless = fault.bytes === Infinity;
      for (let sent = 0; sent < fault.bytes && !socket.destroyed; sent += piece.length) {
        if (isEndless) await sleep(clock, endlessPauseMs);
        if (!socket.write(piece)) await new Promise((resolve) => setImmediate(resolve));
      }
      socket.end();
      return true;
    }
    default:
      return false;
  }
}
