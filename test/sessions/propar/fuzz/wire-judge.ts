import { parseMessage } from '../../../../src/protocols/index.ts';
import type { ProparFrame, RequestedItem } from '../../../../src/protocols/index.ts';
import type { LoggedTransaction } from '../../../../src/simulators/index.ts';
import { binaryFramesIn } from '../../../protocols/propar/frame-oracle.ts';
import { hex } from './client-judge.ts';
import type { FoundFrame } from './frame-finder.ts';

/** Judges what was on the wire by what the clients asked. */
export class WireJudge {
  /** How often each message was asked for that has to go through as it is. */
  #messages = new Map<string, number>();
  #reads = new Set<string>();

  asked(frames: readonly FoundFrame[]): void {
    for (const { frame } of frames) {
      const message = parseMessage(frame.data);
      if (message.kind === 'request') {
        for (const item of message.items) this.#reads.add(readKey(frame.node, item));
      } else {
        const key = messageKey(frame);
        this.#messages.set(key, (this.#messages.get(key) ?? 0) + 1);
      }
    }
  }

  /** @throws Error for what no client asked, or not so often */
  saw(transactions: readonly LoggedTransaction[]): void {
    for (const { request } of transactions) {
      const frame = binaryFramesIn(request).at(-1);
      if (frame === undefined) throw new Error(`${hex(request)} on the wire is no frame`);
      this.#sawFrame(frame);
    }
  }

  /** What was asked so far is done, or never will be. */
  rest(): void {
    this.#messages = new Map();
    this.#reads = new Set();
  }

  #sawFrame(frame: ProparFrame): void {
    const message = parseMessage(frame.data);
    const what = `${hex(frame.data)} to node ${frame.node} on the wire`;
    switch (message.kind) {
      case 'malformed':
        throw new Error(`${what} breaks off`);
      case 'request': {
        const stray = message.items.find((item) => !this.#reads.has(readKey(frame.node, item)));
        if (stray !== undefined) throw new Error(`nobody asked for all of ${what}`);
        return;
      }
      default: {
        const left = (this.#messages.get(messageKey(frame)) ?? 0) - 1;
        if (left < 0) throw new Error(`nobody asked for ${what}, or not so often`);
        this.#messages.set(messageKey(frame), left);
      }
    }
  }
}

function messageKey({ node, data }: ProparFrame): string {
  return `${node}/${hex(data)}`;
}

function readKey(node: number, item: RequestedItem): string {
  const { process, parameter, type, stringLength = 0 } = item;
  return `${node}/${process}/${parameter}/${type}/${stringLength}`;
}
