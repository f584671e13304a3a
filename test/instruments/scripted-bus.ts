import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ProparWire } from '../../src/instruments/index.ts';
import type { ProparWireOptions } from '../../src/instruments/index.ts';
import { Pty, serialLinkFactory } from '../../src/links/index.ts';
import { Port } from '../../src/ports/index.ts';
import {
  AsciiFrameReader,
  BinaryFrameReader,
  encodeAsciiFrame,
  encodeBinaryFrame,
  encodeMessage,
  parseMessage,
} from '../../src/protocols/index.ts';
import type { ProparFrame, ProparMessage } from '../../src/protocols/index.ts';

/** What the bus answers: a message, an error frame, or nothing. */
export type ScriptedAnswer =
  | ProparMessage
  | { readonly kind: 'error'; readonly code: number }
  | undefined;

/** Told of each request; gives the answer. */
export type Script = (
  message: ReturnType<typeof parseMessage>,
  frame: ProparFrame,
) => ScriptedAnswer;

export const acknowledged: ProparMessage = { kind: 'status', status: 0, position: 0 };

/** A port on a real pseudo-terminal whose other end does what a test says, and notes what it got. */
export class ScriptedBus implements AsyncDisposable {
  readonly port: Port;
  readonly wire: ProparWire;
  /** The messages that arrived, as they were on the wire. */
  readonly received: Uint8Array[] = [];
  readonly #pty: Pty;
  readonly #folder: string;
  readonly #script: Script;
  readonly #mode: 'binary' | 'ascii';

  private constructor(pty: Pty, path: string, script: Script, options: ProparWireOptions) {
    this.#pty = pty;
    this.#folder = join(path, '..');
    this.#script = script;
    this.wire = new ProparWire({ timeoutMs: 60, ...options });
    this.#mode = this.wire.mode;
    this.port = new Port({
      name: 'bus',
      link: serialLinkFactory({ path }),
      resynchronization: this.wire.resynchronization,
      retry: { most: 1, delaysMs: [1] },
    });
    const reader = this.#mode === 'binary' ? new BinaryFrameReader() : new AsciiFrameReader();
    pty.onData((data) => {
      for (const event of reader.push(data)) {
        if (event.kind === 'frame') this.#answer(event.frame);
      }
    });
    this.port.open();
  }

  static async open(script: Script, options: ProparWireOptions = {}): Promise<ScriptedBus> {
    const path = join(mkdtempSync(join(tmpdir(), 'signalbox-script-')), 'bus');
    return new ScriptedBus(await Pty.open({ stablePath: path }), path, script, options);
  }

  #answer(frame: ProparFrame): void {
    this.received.push(frame.data);
    this.answerWith(this.#script(parseMessage(frame.data), frame), frame);
  }

  /** Answers a request, now. */
  answerWith(answer: ScriptedAnswer, frame: ProparFrame): void {
    if (answer === undefined) return;
    const encode = this.#mode === 'binary' ? encodeBinaryFrame : encodeAsciiFrame;
    const { sequence, node } = frame;
    void this.#pty.write(
      answer.kind === 'error'
        ? encode({ sequence, node, data: new Uint8Array(), errorCode: answer.code })
        : encode({ sequence, node, data: encodeMessage(answer) }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.port.close();
    await this.#pty.close();
    rmSync(this.#folder, { recursive: true, force: true });
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
