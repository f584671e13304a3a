import type { Socket } from 'node:net';
import type { Clock } from '../../kernel/index.ts';
import { isSignalboxError } from '../../kernel/index.ts';
import { cgminerRequestBytesMost, parseCgminerRequest } from '../../protocols/index.ts';
import type { CgminerRequest } from '../../protocols/index.ts';
import type { FaultPlan } from '../fault-plan.ts';
import type { Fault } from '../faults.ts';
import type { RpcAnswer } from './cgminer-api.ts';
import type { MinerDevice } from './miner-device.ts';
import { sendSpoilt } from './spoil-miner-answer.ts';

/** What the devices with cgminer's RPC have in common. */
export interface RpcMinersOptions {
  readonly clock: Clock;
  readonly plan: FaultPlan;
  readonly fault: (device: MinerDevice) => Fault | undefined;
  readonly answer: (device: MinerDevice, request: CgminerRequest) => RpcAnswer;
  readonly note: (device: MinerDevice, request: string, status: number, fault?: Fault) => void;
  readonly restart: (device: MinerDevice) => void;
}

/**
 * Answers as cgminer does: one read is one request, then one reply with a zero at its end, then the end of
 * the connection. Source: cgminer, api.c.
 */
export class RpcMiners {
  readonly #options: RpcMinersOptions;

  constructor(options: RpcMinersOptions) {
    this.#options = options;
  }

  take(socket: Socket, device: MinerDevice): void {
    socket.once('data', (data: Uint8Array) => void this.#serve(socket, device, data));
    socket.resume();
  }

  async #serve(socket: Socket, device: MinerDevice, data: Uint8Array): Promise<void> {
    const { answer, clock, fault: next, note, plan, restart } = this.#options;
    const request = Buffer.from(data.subarray(0, cgminerRequestBytesMost)).toString('utf8');
    const fault = next(device);
    note(device, request.replace(/addpool.*/, 'addpool'), 0, fault);
    if (fault?.kind === 'unplug' || fault?.kind === 'reboot') return;
    const { text, after } = answered(request, (parsed) => answer(device, parsed));
    const reply = Buffer.from(`${text}\0`);
    const nothing = new Uint8Array();
    if (fault !== undefined && (await sendSpoilt(socket, nothing, reply, { fault, clock, plan }))) {
      return;
    }
    socket.end(reply, () => {
      if (after === 'restart') restart(device);
    });
  }
}

function answered(request: string, answer: (request: CgminerRequest) => RpcAnswer): RpcAnswer {
  try {
    return answer(parseCgminerRequest(request));
  } catch (error) {
    if (!isSignalboxError(error)) throw error;
    return {
      text: '{"STATUS":[{"STATUS":"E","When":1,"Code":23,"Msg":"Invalid JSON","Description":"cgminer 4.11.1"}],"id":1}',
    };
  }
}
