import { given } from '../kernel/index.ts';
import type { PortConfig } from '../config/index.ts';
import { ProparWire, ScpiDriver } from '../instruments/index.ts';
import type { LinkFactory } from '../links/index.ts';
import type { TokenSource, WaitGraph } from '../locks/index.ts';
import { Port, tracedOfPortMost } from '../ports/index.ts';
import type { Resynchronization, Tracer } from '../ports/index.ts';
import { responseText, ScpiReplyReader } from '../protocols/index.ts';
import { gapProtocol, linesProtocol, proparProtocol } from '../sessions/index.ts';
import type { ClientProtocol } from '../sessions/index.ts';
import { linkFactoryOf } from './build-link.ts';
import type { LinkSurroundings } from './build-link.ts';

/** How long the first byte of a reply may take where the protocol is not known. */
const gapTimeoutMs = 1_000;

/** So many exchanges of all ports together are remembered, at a quarter to half a kilobyte each. */
const tracedOfAllMost = 20_000;
/** However many ports there are, each remembers so many. */
const tracedOfPortLeast = 20;

/** A port with what speaks on it. */
export type BuiltPort = {
  readonly port: Port;
  /** How long its instruments may take to answer; undefined: as long as their protocol says. */
  readonly timeoutMs: number | undefined;
  /** How unmodified programs speak on it; undefined where no bytes travel. */
  readonly clientProtocol: ClientProtocol | undefined;
} & (
  | {
      readonly protocol: 'propar';
      /** What its instruments have in common. */
      readonly wire: ProparWire;
    }
  | {
      readonly protocol: 'lines';
      readonly terminator: string;
      /** Whether the link marks the end of each message. */
      readonly isMessageLink: boolean;
    }
  | { readonly protocol: 'gap' }
  | { readonly protocol: 'calls' }
  | { readonly protocol: 'http' }
  | { readonly protocol: 'cgminer' }
);

export interface PortSurroundings extends LinkSurroundings {
  readonly tokens: TokenSource;
  readonly graph: WaitGraph;
  /** Follows what is asked, where that is configured. */
  readonly tracer?: Tracer | undefined;
  /** Ports that there are in all: they share what is remembered of exchanges. */
  readonly portsInAll?: number | undefined;
}

/** A port as the configuration describes it; not open yet. */
export function buildPort(
  name: string,
  config: PortConfig,
  surroundings: PortSurroundings,
): BuiltPort {
  const { tokens, graph } = surroundings;
  const { timeoutMs, retries } = config;
  const link = linkFactoryOf(config, surroundings);
  const port = new Port({
    name,
    link,
    tokens,
    graph,
    ...given({ tracer: surroundings.tracer }),
    tracedMost: tracedMostOf(surroundings.portsInAll),
    resynchronization: resynchronizationOf(config, link),
    ...(retries === undefined ? {} : { retry: { most: retries, delaysMs: [100, 200, 300] } }),
  });
  switch (config.protocol) {
    case 'propar': {
      const { mode, chainBytes } = config;
      const wire = new ProparWire({ mode, ...given({ timeoutMs, chainBytes }) });
      return { port, protocol: 'propar', wire, timeoutMs, clientProtocol: proparProtocol(wire) };
    }
    case 'lines': {
      const { terminator } = config;
      const isMessageLink = link.kind === 'message';
      const common = { parameters: [], terminator, isMessageLink };
      const clientProtocol = linesProtocol(new ScpiDriver({ ...common, ...given({ timeoutMs }) }));
      return { port, protocol: 'lines', terminator, isMessageLink, timeoutMs, clientProtocol };
    }
    case 'gap': {
      const { silenceMs, replyBytes } = config;
      const clientProtocol = gapProtocol({
        silenceMs,
        timeoutMs: timeoutMs ?? gapTimeoutMs,
        ...given({ replyBytes }),
      });
      return { port, protocol: 'gap', timeoutMs, clientProtocol };
    }
    case 'calls':
      return { port, protocol: 'calls', timeoutMs, clientProtocol: undefined };
    case 'http':
      return { port, protocol: 'http', timeoutMs, clientProtocol: undefined };
    case 'cgminer':
      return { port, protocol: 'cgminer', timeoutMs, clientProtocol: undefined };
  }
}

/** With many ports each remembers less, so that all of them together stay within a bound. */
function tracedMostOf(ports = 1): number {
  const share = Math.floor(tracedOfAllMost / Math.max(1, ports));
  return Math.min(tracedOfPortMost, Math.max(tracedOfPortLeast, share));
}

/** What is safe for the protocol, unless the configuration knows better. */
function resynchronizationOf(config: PortConfig, link: LinkFactory): Resynchronization {
  const { resynchronization: kind = usualFor(config, link) } = config;
  if (kind !== 'sentinel') return { kind };
  return {
    kind,
    sentinel: identityQuestion(config.protocol === 'lines' ? config.terminator : '\n'),
  };
}

function usualFor(
  config: PortConfig,
  { kind, address }: LinkFactory,
): 'none' | 'quiet' | 'clear' | 'reconnect' {
  if (config.protocol === 'propar' && config.mode === 'binary') return 'none';
  if (config.protocol === 'calls' || config.protocol === 'http') return 'none';
  // Each request has a connection of its own, with which all that is late ends.
  if (config.protocol === 'cgminer') return 'none';
  if (kind === 'message') return 'clear';
  // A server that is a gateway keeps requests for a while: they end with the connection.
  if (config.serial?.startsWith('rfc2217://') === true) return 'reconnect';
  const isSocket = config.visa !== undefined && !address.startsWith('/');
  const isNetwork = config.tcp !== undefined || config.simulator !== undefined || isSocket;
  return config.protocol === 'lines' && isNetwork ? 'reconnect' : 'quiet';
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
