import { given } from '../kernel/index.ts';
import { join } from 'node:path';
import type {
  FaultConfig,
  MinersSimulatorConfig,
  SimulatorConfig,
  SpotifySimulatorConfig,
} from '../config/index.ts';
import type {
  FaultRule,
  FaultsAtStart,
  MinersDefinition,
  SimulatorDefinition,
  SpotifyDefinition,
} from '../simulators/index.ts';

/** How faults name an instrument that has its wire to itself. */
const alone = 0;

/** What the configuration says of a simulator, as the simulator takes it. */
export function simulatorDefinition(
  name: string,
  config: SimulatorConfig,
  folder: string,
): SimulatorDefinition {
  if (config.kind === 'spotify') return spotifyDefinition(config);
  if (config.kind === 'miners') return minersDefinition(config);
  const { path, tcpPort, single, seed } = config;
  const atPath = { path: path ?? join(folder, `simulator-${name}`) };
  const onSocket = { tcpPort: tcpPort ?? 0, isSingle: single };
  switch (config.kind) {
    case 'propar': {
      const { nodes, baudRate, answerTimeMs, absentNodes } = config;
      return {
        kind: 'propar',
        // As a bus is found in a laboratory: on a serial line, unless a socket is asked for.
        ...(tcpPort === undefined ? atPath : onSocket),
        seed,
        nodes: nodes.map((node) => ({ ...given(node), address: node.address })),
        baudRate,
        answerTimeMs,
        absentNodes,
        ...faultsOf(
          config.faults,
          nodes.map(({ address }) => address),
        ),
      };
    }
    case 'multimeter': {
      const { terminator, identity, voltage, answerTimeMs, calibrationMs, interrupts } = config;
      return {
        kind: 'multimeter',
        ...(path === undefined ? onSocket : { path }),
        seed,
        terminator,
        answerTimeMs,
        calibrationMs,
        isInterrupted: interrupts,
        ...given({ identity, voltage }),
        ...faultsOf(config.faults, [alone]),
      };
    }
    case 'red-pitaya': {
      const { identity } = config;
      return {
        kind: 'red-pitaya',
        ...(path === undefined ? onSocket : { path }),
        seed,
        ...given({ identity }),
        ...faultsOf(config.faults, [alone]),
      };
    }
  }
}

function spotifyDefinition(config: SpotifySimulatorConfig): SpotifyDefinition {
  const { tcpPort, seed, devices, premium, tokenLifeMs, commandDelayMs } = config;
  return {
    kind: 'spotify',
    seed,
    isPremium: premium,
    tokenLifeMs,
    commandDelayMs,
    ...given({ tcpPort }),
    ...(devices === undefined
      ? {}
      : {
          devices: devices.map(({ name, restricted, active, ...rest }) => ({
            name,
            ...given({ ...rest, isRestricted: restricted, isActive: active }),
          })),
        }),
  };
}

function minersDefinition({
  faults,
  restartMs,
  ...config
}: MinersSimulatorConfig): MinersDefinition {
  const { path: _path, tcpPort: _port, ...counts } = config;
  return {
    ...counts,
    ...given({ restartMs }),
    faults: faults.map(({ node, after, probability, times, ...fault }) => ({
      fault: given(fault) as FaultRule['fault'],
      ...given({ node, after, probability, times }),
    })),
  };
}

/** @param all the nodes that a fault is of which names none */
function faultsOf(configs: readonly FaultConfig[], all: readonly number[]): FaultsAtStart {
  return {
    silentNodes: configs.flatMap(({ kind, node }) =>
      kind === 'silence' ? (node === undefined ? all : [node]) : [],
    ),
    faults: configs.flatMap((config) => (config.kind === 'silence' ? [] : [ruleOf(config)])),
  };
}

function ruleOf(config: Exclude<FaultConfig, { kind: 'silence' }>): FaultRule {
  const { node, after, probability, times } = config;
  return { fault: faultOf(config), ...given({ node, after, probability, times }) };
}

function faultOf(config: Exclude<FaultConfig, { kind: 'silence' }>): FaultRule['fault'] {
  switch (config.kind) {
    case 'delay':
      return { kind: 'delay', delayMs: config.delayMs };
    case 'unplug': {
      const { backAfterMs = Infinity, moment } = config;
      return { kind: 'unplug', backAfterMs, ...given({ moment }) };
    }
    default:
      return { kind: config.kind };
  }
}
