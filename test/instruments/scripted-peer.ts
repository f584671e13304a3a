import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Pty } from '../../src/links/index.ts';
import {
  AsciiFrameReader,
  BinaryFrameReader,
  encodeAsciiFrame,
  encodeBinaryFrame,
  encodeMessage,
  parseMessage,
} from '../../src/protocols/index.ts';
import type { ProparFrame, ProparMessage, ProparMode } from '../../src/protocols/index.ts';

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

/** The other end of a line, a real pseudo-terminal, that does what a test says and notes what it got. */
export class ScriptedPeer implements AsyncDisposable {
  /** How a client names the line. */
  readonly path: string;
  /** The messages that arrived, as they were on the wire. */
  readonly received: Uint8Array[] = [];
  /** In which form it understands and answers. */
  mode: ProparMode;
  script: Script;
  readonly #pty: Pty;

  private constructor(pty: Pty, path: string, script: Script, mode: ProparMode) {
    this.#pty = pty;
    this.path = path;
    this.script = script;
    this.mode = mode;
    const readers = { binary: new BinaryFrameReader(), ascii: new AsciiFrameReader() };
    pty.onData((data) => {
      for (const event of readers[this.mode].push(data)) {
        if (event.kind === 'frame') this.#answer(event.frame);
      }
    });
  }

  static async open(script: Script, mode: ProparMode = 'binary'): Promise<ScriptedPeer> {
    const path = join(mkdtempSync(join(tmpdir(), 'signalbox-script-')), 'bus');
    return new ScriptedPeer(await Pty.open({ stablePath: path }), path, script, mode);
  }

  /** Sends bytes that nobody has asked for. */
  say(data: Uint8Array): void {
    this.#pty.write(data);
  }

  /** Answers a request, now. */
  answerWith(answer: ScriptedAnswer, frame: ProparFrame): void {
    if (answer === undefined) return;
    const encode = this.mode === 'binary' ? encodeBinaryFrame : encodeAsciiFrame;
    const { sequence, node } = frame;
    this.say(
      answer.kind === 'error'
        ? encode({ sequence, node, data: new Uint8Array(), errorCode: answer.code })
        : encode({ sequence, node, data: encodeMessage(answer) }),
    );
  }

  /** The adapter is pulled: the device is gone. */
  unplug(): void {
    this.#pty.hangup();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pty.close();
    rmSync(join(this.path, '..'), { recursive: true, force: true });
  }

  #answer(frame: ProparFrame): void {
    this.received.push(frame.data);
    this.answerWith(this.script(parseMessage(frame.data), frame), frame);
  }
}
