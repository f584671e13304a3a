import type { HislipChannel, HislipSide } from '../../../src/protocols/index.ts';

/** A kind of message: its name, its channel, who sends it, and what it says. */
interface Kind {
  readonly name: string;
  readonly channel: 'S' | 'A' | '*';
  readonly from: 'C' | 'S' | '*';
  readonly says: (control: number, parameter: number, payload: Buffer) => object | number;
}

const flag = (control: number, parameter: number): object => ({
  messageId: parameter,
  rmtDelivered: control % 2 === 1,
});
const onlyId = (_: number, parameter: number): object => ({ messageId: parameter });
const features = (control: number): object => ({ features: control });
const status = (control: number): object => ({ status: control });
const nothing = (): object => ({});
const error = (control: number, _: number, payload: Buffer): object => ({
  code: control,
  text: shown(payload).slice(0, 256),
});

function shown(bytes: Buffer): string {
  return bytes.toString('latin1').replaceAll(/[^ -~]/g, '?');
}

/** A name, or the code of the error for what is none. */
function name(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1').replace(/\0$/, '');
  return /^[ -~]{0,256}$/.test(text) ? text : undefined;
}

function vendor(parameter: number): string {
  return shown(Buffer.from([(parameter >>> 8) % 256, parameter % 256]));
}

function lock(control: number, parameter: number, payload: Buffer): object | number {
  if (control === 0) return { request: { kind: 'release', messageId: parameter } };
  if (control !== 1) return 2;
  const key = name(payload);
  if (key === undefined) return 0;
  const kind = key === '' ? { kind: 'exclusive' } : { kind: 'shared', key };
  return { request: { ...kind, waitMs: parameter } };
}

function size(_: number, __: number, payload: Buffer): object | number {
  if (payload.length !== 8) return 0;
  const bytes = payload.readBigUInt64BE();
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return { bytes: Number(bytes > most ? most : bytes) };
}

/** IVI-6.1, tables 3 and 4, in the order of the numbers. */
const kinds: readonly Kind[] = (
  [
    [
      'Initialize S C',
      (_, parameter, payload) => {
        const subAddress = name(payload);
        if (subAddress === undefined) return 0;
        return { version: parameter >>> 16, vendorId: vendor(parameter), subAddress };
      },
    ],
    [
      'InitializeResponse S S',
      (control, parameter) => ({
        version: parameter >>> 16,
        sessionId: parameter % 65_536,
        features: control,
      }),
    ],
    ['FatalError * *', error],
    ['Error * *', error],
    ['AsyncLock A C', lock],
    ['AsyncLockResponse A S', (control) => ({ code: control })],
    ['Data S *', nothing],
    ['DataEnd S *', nothing],
    ['DeviceClearComplete S C', features],
    ['DeviceClearAcknowledge S S', features],
    [
      'AsyncRemoteLocalControl A C',
      (control, parameter) => (control > 6 ? 2 : { control, messageId: parameter }),
    ],
    ['AsyncRemoteLocalResponse A S', nothing],
    ['Trigger S C', flag],
    ['Interrupted S S', onlyId],
    ['AsyncInterrupted A S', onlyId],
    ['AsyncMaximumMessageSize A C', size],
    ['AsyncMaximumMessageSizeResponse A S', size],
    ['AsyncInitialize A C', (_, parameter) => ({ sessionId: parameter % 65_536 })],
    [
      'AsyncInitializeResponse A S',
      (control, parameter) => ({ vendorId: vendor(parameter), isSecure: control % 2 === 1 }),
    ],
    ['AsyncDeviceClear A C', nothing],
    ['AsyncServiceRequest A S', status],
    ['AsyncStatusQuery A C', flag],
    ['AsyncStatusResponse A S', status],
    ['AsyncDeviceClearAcknowledge A S', features],
    ['AsyncLockInfo A C', nothing],
    [
      'AsyncLockInfoResponse A S',
      (control, parameter) => ({ isExclusive: control > 0, holders: parameter }),
    ],
  ] satisfies readonly (readonly [string, Kind['says']])[]
).map(([head, says]) => {
  const [text, channel, from] = head.split(' ') as [string, Kind['channel'], Kind['from']];
  return { name: text, channel, from, says };
});

/**
 * What is in a whole stream, found in another way than the reader does, as lines for comparison. Only
 * what has come is told: a message that is cut off has no end.
 */
export function eventsIn(stream: Uint8Array, from: HislipSide, known?: HislipChannel): string[] {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const lines: string[] = [];
  let channel: string | undefined = known === undefined ? undefined : initial(known);
  for (let at = 0; at < bytes.length;) {
    const head = bytes.subarray(at, at + 16);
    if (!'HS'.startsWith(head.subarray(0, 2).toString('latin1'))) return [...lines, 'broken 1'];
    if (head.length < 16) return lines;
    const [type = 0, control = 0] = head.subarray(2);
    const length = head.readBigUInt64BE(8);
    if (length > BigInt(Number.MAX_SAFE_INTEGER)) return [...lines, 'broken 1'];
    const payload = bytes.subarray(at + 16, at + 16 + Number(length));
    at += 16 + Number(length);
    if (from === 'client') {
      if ((channel === undefined) !== (type === 0 || type === 17)) return [...lines, 'broken 3'];
      channel ??= type === 0 ? 'S' : 'A';
    }
    const kind = kinds[type];
    const isData = type === 6 || type === 7;
    const refusal = refusalOf(type, kind, channel, from, isData ? 0n : length);
    if (refusal !== undefined) {
      lines.push(`refused ${refusal}`);
      continue;
    }
    const isWhole = payload.length === Number(length);
    if (isData) {
      const data = `${type === 7} ${head.readUInt32BE(4)} ${control % 2 === 1} ${length}`;
      lines.push(`begin ${data}`);
      if (payload.length > 0) lines.push(`piece ${payload.toString('hex')}`);
      if (isWhole) lines.push(`end ${data}`);
    } else if (isWhole && kind !== undefined) {
      const said = kind.says(control, head.readUInt32BE(4), payload);
      if (typeof said !== 'number') lines.push(line({ type: kind.name, ...said }));
      else if (type === 0) return [...lines, 'broken 3'];
      else lines.push(`refused ${said}`);
    }
  }
  return lines;
}

function refusalOf(
  type: number,
  kind: Kind | undefined,
  channel: string | undefined,
  from: HislipSide,
  controlBytes: bigint,
): number | undefined {
  if (type > 127) return 3;
  if (kind === undefined) return 1;
  if (kind.channel !== '*' && channel !== undefined && kind.channel !== channel) return 1;
  if (kind.from !== '*' && kind.from !== (from === 'client' ? 'C' : 'S')) return 1;
  return controlBytes > 1_024n ? 4 : undefined;
}

function initial(channel: HislipChannel): string {
  return channel === 'synchronous' ? 'S' : 'A';
}

/** A message as one line, whatever the order of its fields. */
export function line(message: object): string {
  const fields = Object.entries(message).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(fields.map(([key, value]) => [key, sorted(value)]));
}

function sorted(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? line(value) : value;
}
