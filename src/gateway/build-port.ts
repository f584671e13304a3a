import type { PortConfig } from '../config/index.ts';
import { ProparWire, ScpiDriver } from '../instruments/index.ts';
import { serialLinkFactory, tcpLinkFactory } from '../links/index.ts';
import type { LinkFactory } from '../links/index.ts';
import type { TokenSource, WaitGraph } from '../locks/index.ts';
import { Port } from '../ports/index.ts';
import type { Resynchronization } from '../ports/index.ts';
import { responseText, ScpiReplyReader } from '../protocols/index.ts';
import { gapProtocol, linesProtocol, proparProtocol } from '../sessions/index.ts';
import type { ClientProtocol } from '../sessions/index.ts';

/** A port with what speaks on it. */
export interface BuiltPort {
  readonly port: Port;
  /** Of a ProPar port: what its instruments have in common. */
  readonly wire: ProparWire | undefined;
  /** Of a line port: what ends a line. */
  readonly terminator: string;
  /** How long its instruments may take to answer; undefined: as long as their protocol says. */
  readonly timeoutMs: number | undefined;
  /** How unmodified programs speak on it. */
  readonly clientProtocol: ClientProtocol;
}

export interface PortSurroundings {
  readonly tokens: TokenSource;
  readonly graph: WaitGraph;
  /** Where the simulators of the configuration are to be found. */
  readonly simulatorAddress: (name: string) => string;
}

/** A port as the configuration describes it; not open yet. */
export function buildPort(
  name: string,
  config: PortConfig,
  surroundings: PortSurroundings,
): BuiltPort {
  const { tokens, graph } = surroundings;
  const { protocol, terminator, timeoutMs, retries } = config;
  const common = { terminator, timeoutMs };
  const port = new Port({
    name,
    link: linkOf(config, surroundings),
    tokens,
    graph,
    resynchronization: resynchronizationOf(config),
    ...(retries === undefined ? {} : { retry: { most: retries, delaysMs: [100, 200, 300] } }),
  });
  switch (protocol) {
    case 'propar': {
      const wire = new ProparWire({
        mode: config.mode,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      return { ...common, port, wire, clientProtocol: proparProtocol(wire) };
    }
    case 'lines': {
      const driver = new ScpiDriver({
        parameters: [],
        terminator,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      return { ...common, port, wire: undefined, clientProtocol: linesProtocol(driver) };
    }
    case 'gap': {
      const clientProtocol = gapProtocol({
        silenceMs: config.silenceMs,
        timeoutMs: timeoutMs ?? 1_000,
      });
      return { ...common, port, wire: undefined, clientProtocol };
    }
  }
}

function linkOf(config: PortConfig, { simulatorAddress }: PortSurroundings): LinkFactory {
  const { simulator, baudRate, dataBits, stopBits, parity, flowControl } = config;
  const address = simulator === undefined ? undefined : simulatorAddress(simulator);
  const isDevice = address?.startsWith('/') ?? config.tcp === undefined;
  if (isDevice) {
    return serialLinkFactory({
      path: address ?? config.serial ?? '',
      ...(baudRate === undefined ? {} : { baudRate }),
      ...(dataBits === undefined ? {} : { dataBits }),
      ...(stopBits === undefined ? {} : { stopBits }),
      ...(parity === undefined ? {} : { parity }),
      ...(flowControl === undefined ? {} : { flowControl }),
    });
  }
  const where = address ?? config.tcp ?? '';
  const at = where.lastIndexOf(':');
  return tcpLinkFactory({ host: where.slice(0, at), port: Number(where.slice(at + 1)) });
}

/** What is safe for the protocol, unless the configuration knows better. */
function resynchronizationOf(config: PortConfig): Resynchronization {
  const isNumbered = config.protocol === 'propar' && config.mode === 'binary';
  const isNetwork = config.tcp !== undefined || config.simulator !== undefined;
  const usual = isNumbered
    ? 'none'
    : isNetwork && config.protocol === 'lines'
      ? 'reconnect'
      : 'quiet';
  const kind = config.resynchronization ?? usual;
  switch (kind) {
    case 'none':
    case 'quiet':
    case 'reconnect':
      return { kind };
    case 'sentinel':
      return { kind, sentinel: identityQuestion(config.terminator) };
  }
}

/** `*IDN?`, whose answer alone has four fields. IEEE 488.2, 10.14. */
function identityQuestion(
  terminator: string,
): Extract<Resynchronization, { kind: 'sentinel' }>['sentinel'] {
  return {
    label: '*IDN? to get into step again',
    timeoutMs: 5_000,
    repeat: 'safe',
    attempt: () => {
      let reader = new ScpiReplyReader({ terminator });
      return {
        request: new TextEncoder().encode(`*IDN?${terminator}`),
        reader: {
          push: (data, end) => {
            const progress = reader.push(data, end);
            if (progress.kind !== 'done') return progress;
            if (responseText(progress.reply).split(',').length === 4) return progress;
            reader = new ScpiReplyReader({ terminator });
            return { kind: 'foreign', reason: 'a late reply', rest: progress.rest };
          },
        },
      };
    },
  };
}
