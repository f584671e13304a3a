import type { Config, InstrumentConfig } from '../config/index.ts';
import {
  BitaxeDriver,
  BronkhorstDriver,
  CgminerDriver,
  Instrument,
  MagicMinerDriver,
  RedPitayaDriver,
  ScpiDriver,
  SpotifyDriver,
  WorkerDriver,
} from '../instruments/index.ts';
import type { Driver, ReplyPolicy } from '../instruments/index.ts';
import { given, SignalboxError } from '../kernel/index.ts';
import type { BuiltPort } from './build-port.ts';

/** An instrument as the configuration describes it. */
export function buildInstrument(
  name: string,
  config: InstrumentConfig,
  built: BuiltPort,
  gasFactors: () => Config['gasFactors'],
): Instrument {
  const { title } = config;
  const driver = driverOf(name, config, built, gasFactors);
  return new Instrument({ name, port: built.port, driver, ...given({ title }) });
}

function driverOf(
  name: string,
  config: InstrumentConfig,
  built: BuiltPort,
  gasFactors: () => Config['gasFactors'],
): Driver {
  const { timeoutMs = built.timeoutMs } = config;
  if (config.driver === 'bronkhorst' && built.protocol === 'propar') {
    const { node, channel } = config;
    return new BronkhorstDriver({
      wire: built.wire,
      node,
      channel,
      gasFactors,
      ...given({ timeoutMs }),
    });
  }
  if (config.driver === 'scpi' && built.protocol === 'lines') {
    const { parameters, errorQuery } = config;
    return new ScpiDriver({
      parameters: Object.entries(parameters).map(([key, each]) => ({ ...each, name: key })),
      terminator: built.terminator,
      isMessageLink: built.isMessageLink,
      reply: replyPolicyOf(config),
      ...given({ errorQuery, timeoutMs }),
    });
  }
  if (config.driver === 'red-pitaya' && built.protocol === 'lines') {
    return new RedPitayaDriver({ ...given({ timeoutMs }) });
  }
  if (config.driver === 'worker' && built.protocol === 'calls') {
    const { parameters, functions } = config;
    return new WorkerDriver({
      parameters: Object.entries(parameters).map(([key, each]) => ({ ...each, name: key })),
      ...given({ functions, timeoutMs }),
    });
  }
  if (config.driver === 'spotify' && built.protocol === 'http') {
    return new SpotifyDriver({ ...given({ timeoutMs }) });
  }
  if (config.driver === 'bitaxe' && built.protocol === 'http') {
    return new BitaxeDriver(given({ timeoutMs, mac: config.mac }));
  }
  if (config.driver === 'cgminer' && built.protocol === 'cgminer') {
    return new CgminerDriver(given({ timeoutMs, mac: config.mac }));
  }
  if (config.driver === 'magic-miner' && built.protocol === 'http') {
    return new MagicMinerDriver(given({ timeoutMs, mac: config.mac }));
  }
  throw new SignalboxError(
    'CONFIG_INVALID',
    `a ${config.driver} instrument like ${name} cannot be on a port with protocol '${built.protocol}'`,
  );
}

function replyPolicyOf({
  reply,
  replyPattern = '',
}: Extract<InstrumentConfig, { driver: 'scpi' }>): ReplyPolicy {
  return reply === 'pattern' ? new RegExp(replyPattern, 'i') : reply;
}
