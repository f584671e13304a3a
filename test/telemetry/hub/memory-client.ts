import type { SignalboxError } from '../../../src/kernel/index.ts';
import type { Encoding, Hub, HubClient, Outlet } from '../../../src/telemetry/index.ts';

/** One line of JSON for each message. */
export const lines: Encoding = {
  update: ({ topic, sequence, json }) => line({ type: 'update', topic, sequence, data: json }),
  snapshot: ({ topic, sequence, isGap, json }) =>
    line({ type: isGap ? 'gap' : 'snapshot', topic, sequence, data: json }),
};

/** What a client got. */
export interface Line {
  readonly type: 'update' | 'snapshot' | 'gap';
  readonly topic: string;
  readonly sequence: number;
  /** As JSON. */
  readonly data: string;
}

/** A connection in memory that takes what is written, or does not. */
export class MemoryOutlet implements Outlet {
  /** As they were written. */
  readonly writes: Uint8Array[] = [];
  /** Whether it takes what is written. */
  isTaking = true;
  unsentBytes = 0;

  /** As a socket, which wants no more beyond 64 KiB. */
  get isFull(): boolean {
    return this.unsentBytes >= 65_536;
  }

  write(bytes: Uint8Array): void {
    this.writes.push(bytes);
    if (!this.isTaking) this.unsentBytes += bytes.length;
  }
}

/** A client of a hub whose connection is in memory. */
export class MemoryClient {
  readonly outlet = new MemoryOutlet();
  readonly client: HubClient;
  readonly cut: SignalboxError[] = [];

  constructor(hub: Hub, encoding: Encoding = lines) {
    this.client = hub.connect({
      outlet: this.outlet,
      encoding,
      label: 'test',
      cut: (reason) => this.cut.push(reason),
    });
  }

  /** All that was written to its connection. */
  get lines(): readonly Line[] {
    const text = Buffer.concat(this.outlet.writes).toString();
    return text
      .split('\n')
      .filter((each) => each !== '')
      .map((each) => JSON.parse(each) as Line);
  }

  /** Shorter: `ports.bus 3`, `gap ports.bus 3`. */
  get told(): readonly string[] {
    return this.lines.map(({ type, topic, sequence }) =>
      type === 'update' ? `${topic} ${sequence}` : `${type} ${topic} ${sequence}`,
    );
  }

  /** Takes all that was written, and what comes then. */
  takeAll(): void {
    this.outlet.isTaking = true;
    this.outlet.unsentBytes = 0;
    this.client.outbox.drained();
  }

  forget(): void {
    this.outlet.writes.length = 0;
  }
}

function line(value: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
