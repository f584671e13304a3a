import { SignalboxError } from '../../../kernel/index.ts';
import type { LinkAbilities } from '../../../ports/index.ts';
import {
  cgminerCodes,
  CgminerReplyReader,
  encodeCgminerRequest,
} from '../../../protocols/index.ts';
import type { CgminerReply, CgminerRequest } from '../../../protocols/index.ts';

/** The RPC of cgminer, asked over a link in the course of one transaction. Source: cgminer, API-README. */
export class CgminerRpc {
  readonly #link: LinkAbilities;
  readonly #signal: AbortSignal;

  constructor(link: LinkAbilities, signal: AbortSignal) {
    this.#link = link;
    this.#signal = signal;
  }

  /**
   * Several reports by one request, by their names; one by one from a miner that knows no joined ones.
   * What a miner has not is not among them.
   */
  async reports(names: readonly string[]): Promise<ReadonlyMap<string, CgminerReply>> {
    const joined = await this.ask({ command: names.join('+') });
    const knowsNone = [...joined.values()].every(
      ({ code }) => code === cgminerCodes.invalidCommand,
    );
    if (names.length === 1 || !knowsNone) return joined;
    const replies = new Map<string, CgminerReply>();
    for (const command of names) {
      const reply = (await this.ask({ command })).get(command);
      if (reply !== undefined) replies.set(command, reply);
    }
    return replies;
  }

  /** @throws see {@link refusal} */
  async command(request: CgminerRequest): Promise<CgminerReply> {
    const reply = (await this.ask(request)).get(request.command);
    if (reply === undefined) throw new SignalboxError('REPLY_MALFORMED', 'a reply without STATUS');
    if (reply.status === 'E' || reply.status === 'F') throw refusal(request.command, reply);
    return reply;
  }

  /** The replies, whatever they say. @throws REPLY_MALFORMED, and what the link throws */
  async ask(request: CgminerRequest): Promise<ReadonlyMap<string, CgminerReply>> {
    const bytes = encodeCgminerRequest(request);
    const reader = new CgminerReplyReader(request.command);
    return await (this.#link.exchange?.(bytes, reader, this.#signal) ??
      Promise.reject(
        new SignalboxError(
          'INSTRUMENT_ERROR',
          'the port of this miner has to be protocol = "cgminer"',
        ),
      ));
  }
}

/** What a reply that refuses comes to. Source: cgminer, api.c, codes; API-README, "--api-allow". */
export function refusal(command: string, { code, message }: CgminerReply): SignalboxError {
  const details = { code };
  if (code === cgminerCodes.accessDenied) {
    return new SignalboxError(
      'INSTRUMENT_ERROR',
      `the miner lets this machine read, but not do '${command}': ${message}`,
      {
        details,
        nextStep:
          'Allow it at the miner: start cgminer with --api-allow W:ADDRESS of the gateway, or "api-allow" in its configuration.',
      },
    );
  }
  if (code === cgminerCodes.invalidCommand) {
    return new SignalboxError('INSTRUMENT_ERROR', `the miner knows no command '${command}'`, {
      details,
      nextStep: 'Its firmware may not have it; `check` asks which commands there are.',
    });
  }
  return new SignalboxError('INSTRUMENT_ERROR', `the miner refused '${command}': ${message}`, {
    details,
  });
}
