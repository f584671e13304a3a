import { ProparWire } from '../../src/instruments/index.ts';
import type { ProparWireOptions } from '../../src/instruments/index.ts';
import { serialLinkFactory } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import type { ProparFrame, ProparMessage } from '../../src/protocols/index.ts';
import { ScriptedPeer } from './scripted-peer.ts';
import type { Script, ScriptedAnswer } from './scripted-peer.ts';

export const acknowledged: ProparMessage = { kind: 'status', status: 0, position: 0 };

/** A port to a scripted peer. */
export class ScriptedBus implements AsyncDisposable {
  readonly port: Port;
  readonly wire: ProparWire;
  readonly #peer: ScriptedPeer;

  private constructor(peer: ScriptedPeer, options: ProparWireOptions) {
    this.#peer = peer;
    this.wire = new ProparWire({ timeoutMs: 60, ...options });
    this.port = new Port({
      name: 'bus',
      link: serialLinkFactory({ path: peer.path }),
      resynchronization: this.wire.resynchronization,
      retry: { most: 1, delaysMs: [1] },
    });
    this.port.open();
  }

  static async open(script: Script, options: ProparWireOptions = {}): Promise<ScriptedBus> {
    return new ScriptedBus(await ScriptedPeer.open(script, options.mode), options);
  }

  /** The messages that arrived, as they were on the wire. */
  get received(): Uint8Array[] {
    return this.#peer.received;
  }

  /** Answers a request, now. */
  answerWith(answer: ScriptedAnswer, frame: ProparFrame): void {
    this.#peer.answerWith(answer, frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.port.close();
    await this.#peer[Symbol.asyncDispose]();
  }
}

/** Answers every request from values by `process/parameter`, and takes every write. */
export function memoryScript(values: Map<string, Uint8Array>): Script {
  return (message) => {
    if (message.kind === 'send') {
      for (const { process, parameter, value } of message.items) {
        values.set(`${process}/${parameter}`, value);
      }
      return message.command === 1 ? acknowledged : undefined;
    }
    if (message.kind !== 'request') return { kind: 'status', status: 2, position: 0 };
    const items = message.items.map((item) => ({
      process: item.returnProcess ?? item.process,
      parameter: item.returnParameter ?? item.parameter,
      type: item.type,
      value: values.get(`${item.process}/${item.parameter}`) ?? new Uint8Array(),
      ...((item.stringLength ?? 0) > 0 ? { isFixed: true } : {}),
    }));
    return items.some(({ value, type }) => value.length === 0 && type !== 0x60)
      ? { kind: 'status', status: 4, position: 1 }
      : { kind: 'send', command: 2, items };
  };
}
