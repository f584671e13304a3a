import type { Socket } from 'node:net';
import { plainAddress } from '../../kernel/index.ts';
import { vxi11Errors } from '../../protocols/index.ts';
import type { Vxi11InterruptChannelArgs } from '../../protocols/index.ts';
import { InterruptChannel } from './interrupt-channel.ts';

/**
 * The interrupt channel of one client: at most one, and only to where the client itself is, so that
 * nobody has the gateway call on others. VXI-11, sections B.4.4 and B.6.12.
 */
export class ClientInterrupts {
  readonly #socket: Socket;
  readonly #failed: (error: unknown) => void;
  #channel: InterruptChannel | undefined;
  #isOpening = false;

  constructor(socket: Socket, failed: (error: unknown) => void) {
    this.#socket = socket;
    this.#failed = failed;
  }

  /** @returns the error code: create_intr_chan */
  async open(args: Vxi11InterruptChannelArgs): Promise<number> {
    if (args.transport !== 'tcp') return vxi11Errors.notSupported;
    if (this.#isOpening || this.#channel?.isOpen === true) {
      return vxi11Errors.channelAlreadyEstablished;
    }
    const { remoteAddress, localAddress = '' } = this.#socket;
    if (args.hostAddress !== plainAddress(remoteAddress)) return vxi11Errors.parameterError;
    this.#isOpening = true;
    try {
      const channel = await InterruptChannel.open(args, plainAddress(localAddress));
      // The client may have gone meanwhile.
      if (this.#socket.destroyed) channel.close();
      else this.#channel = channel;
      return vxi11Errors.none;
    } catch (error) {
      this.#failed(error);
      return vxi11Errors.channelNotEstablished;
    } finally {
      this.#isOpening = false;
    }
  }

  /** Tells the client that the instrument of one of its links asks for service. */
  request(handle: Uint8Array): void {
    this.#channel?.request(handle);
  }

  /** @returns the error code: destroy_intr_chan */
  close(): number {
    const channel = this.#channel;
    if (channel === undefined) return vxi11Errors.channelNotEstablished;
    this.#channel = undefined;
    channel.close();
    return vxi11Errors.none;
  }
}
