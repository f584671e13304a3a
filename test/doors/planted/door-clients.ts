import type { Socket } from 'node:net';
import { noVxi11Flags, vxi11Core, vxi11Errors } from '../../../src/protocols/index.ts';
import type { HislipProgram } from '../hislip/hislip-program.ts';
import { RpcCaller, Vxi11Program } from '../vxi11/vxi11-program.ts';

/** What asking for a lock, or giving it back, came to. */
export type LockOutcome = 'done' | 'refused' | 'wrong';

/** One client, whatever its door: what a check does with it. */
export interface DoorClient {
  readonly kind: 'hislip' | 'vxi11';
  write(text: string): Promise<void>;
  /** The next response, which nothing else may come before. */
  read(): Promise<string>;
  statusByte(): Promise<number>;
  /** Device clear. */
  clear(): Promise<void>;
  trigger(): Promise<void>;
  lock(waitMs: number): Promise<LockOutcome>;
  unlock(): Promise<LockOutcome>;
  /** Its connections. */
  readonly sockets: readonly Socket[];
}

const hislipOutcomes: readonly LockOutcome[] = ['refused', 'done', 'wrong', 'wrong'];

export class HislipClientOfCheck implements DoorClient {
  readonly kind = 'hislip';
  readonly program: HislipProgram;
  readonly sockets: readonly Socket[];

  constructor(program: HislipProgram) {
    this.program = program;
    this.sockets = [program.synchronous.socket, program.asynchronous.socket];
  }

  async write(text: string): Promise<void> {
    this.program.write(text);
  }

  async read(): Promise<string> {
    const { text, messageIds } = await this.program.read();
    const wrong = messageIds.find((id) => id !== this.program.lastId);
    return wrong === undefined ? text : `${text} to the message ${wrong}`;
  }

  async statusByte(): Promise<number> {
    return await this.program.statusByte();
  }

  async clear(): Promise<void> {
    await this.program.clear();
  }

  async trigger(): Promise<void> {
    this.program.trigger();
  }

  async lock(waitMs: number): Promise<LockOutcome> {
    return hislipOutcomes[await this.program.lock({ kind: 'exclusive', waitMs })] ?? 'wrong';
  }

  async unlock(): Promise<LockOutcome> {
    const messageId = this.program.lastId;
    return hislipOutcomes[await this.program.lock({ kind: 'release', messageId })] ?? 'wrong';
  }
}

export class Vxi11ClientOfCheck implements DoorClient {
  readonly kind = 'vxi11';
  readonly program: Vxi11Program;
  readonly sockets: readonly Socket[];

  constructor(program: Vxi11Program) {
    this.program = program;
    this.sockets = [program.core.socket];
  }

  static async connect(tcpPort: number): Promise<Vxi11ClientOfCheck> {
    return new Vxi11ClientOfCheck(await Vxi11Program.on(await RpcCaller.connect(tcpPort)));
  }

  async write(text: string): Promise<void> {
    const flags = { waitLock: true };
    const { error } = await this.program.write(text, { flags, lockTimeoutMs: 60_000 });
    if (error !== 0) throw new Error(`a write came to the error ${error}`);
  }

  async read(): Promise<string> {
    const { error, text, why } = await this.program.read({ ioTimeoutMs: 60_000 });
    if (error !== 0) throw new Error(`a read came to the error ${error}`);
    return why === 'end' ? text : `${text}, which ended by ${why}`;
  }

  async statusByte(): Promise<number> {
    return await this.program.statusByte();
  }

  async clear(): Promise<void> {
    const error = await this.program.simply('clear');
    if (error !== 0) throw new Error(`a device clear came to the error ${error}`);
  }

  async trigger(): Promise<void> {
    const error = await this.program.simply('trigger');
    if (error !== 0) throw new Error(`a trigger came to the error ${error}`);
  }

  async lock(waitMs: number): Promise<LockOutcome> {
    return outcome(await this.program.lock(waitMs === 0 ? undefined : waitMs));
  }

  async unlock(): Promise<LockOutcome> {
    return outcome((await this.program.core.call(vxi11Core, 'unlock', this.program.linkId)).error);
  }

  /** The link ends, its connection does not. @returns the error code */
  async leave(): Promise<number> {
    return (await this.program.core.call(vxi11Core, 'destroyLink', this.program.linkId)).error;
  }

  /** Asks with a link that is another client's. @returns the error code */
  async readAsAnother(linkId: number): Promise<number> {
    const { error } = await this.program.core.call(vxi11Core, 'read', {
      linkId,
      requestBytes: 100,
      ioTimeoutMs: 100,
      lockTimeoutMs: 0,
      flags: noVxi11Flags,
      terminator: 0,
    });
    return error;
  }
}

function outcome(error: number): LockOutcome {
  if (error === vxi11Errors.none) return 'done';
  return error === vxi11Errors.lockedByAnotherLink ? 'refused' : 'wrong';
}
