import { SignalboxError } from '../../../kernel/index.ts';

/**
 * How a board is used. Each way has a program of its own in the board's logic: while one of them runs,
 * the other reads and writes registers that are not there.
 */
export type RedPitayaWay = 'pyrpl' | 'scpi';

/** Who wants a board. */
export interface BoardRequest {
  /** Its name or address, as it is reached; the same board has to have the same one everywhere. */
  readonly host: string;
  readonly way: RedPitayaWay;
  /** What errors call who asks: `instrument pitaya`. */
  readonly holder: string;
}

/** A board that is held, until it is disposed of. */
export interface BoardClaim extends Disposable {
  readonly host: string;
  readonly way: RedPitayaWay;
  readonly holder: string;
}

/** What the two ways are called. */
const wayNames: Readonly<Record<RedPitayaWay, string>> = {
  pyrpl: 'PyRPL',
  scpi: 'the SCPI server',
};

/**
 * Which board is used in which way. One gateway has one. PyRPL has a board for itself alone, because its
 * server takes one client; any number may use the SCPI server of one board.
 */
export class RedPitayaBoards {
  readonly #claims = new Set<BoardClaim>();

  /** @throws LEASE_HELD, naming who has the board and how */
  claim(request: BoardRequest): BoardClaim {
    const host = plainHost(request.host);
    const { way, holder } = request;
    const other = this.holders(host).find(
      (each) => each.way !== way || each.way === 'pyrpl' || way === 'pyrpl',
    );
    if (other !== undefined) throw held(host, way, holder, other);
    const claim: BoardClaim = {
      host,
      way,
      holder,
      [Symbol.dispose]: () => void this.#claims.delete(claim),
    };
    this.#claims.add(claim);
    return claim;
  }

  /** Who has a board. */
  holders(host: string): readonly BoardClaim[] {
    const plain = plainHost(host);
    return Array.from(this.#claims).filter((claim) => claim.host === plain);
  }
}

function held(host: string, way: RedPitayaWay, holder: string, other: BoardClaim): SignalboxError {
  const reason =
    other.way === way ? 'which takes one at a time' : `which excludes ${wayNames[way]} there`;
  const text = `${holder} cannot have the Red Pitaya ${host}: ${other.holder} uses it through ${wayNames[other.way]}, ${reason}`;
  return new SignalboxError('LEASE_HELD', text, {
    details: { host, way, holder: other.holder, heldBy: other.way },
    nextStep: `Stop ${other.holder} first, or use another board.`,
  });
}

/** Names are the same in capitals, and with a dot at their end. */
function plainHost(host: string): string {
  return host
    .trim()
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
