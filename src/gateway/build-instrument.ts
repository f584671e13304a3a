import type { InstrumentConfig } from '../config/index.ts';
import { BronkhorstDriver, Instrument, ScpiDriver } from '../instruments/index.ts';
import type { Driver, ReplyPolicy } from '../instruments/index.ts';
import { SignalboxError } from '../kernel/index.ts';
import type { BuiltPort } from './build-port.ts';

/** An instrument as the configuration describes it. */
export function buildInstrument(
  name: string,
  config: InstrumentConfig,
  built: BuiltPort,
): Instrument {
  const { title } = config;
  return new Instrument({
    name,
    port: built.port,
    driver: driverOf(name, config, built),
    ...(title === undefined ? {} : { title }),
  });
}

function driverOf(
  name: string,
  config: InstrumentConfig,
  { wire, terminator, timeoutMs: ofPort }: BuiltPort,
): Driver {
  const { timeoutMs = ofPort } = config;
  const timeout = timeoutMs === undefined ? {} : { timeoutMs };
  switch (config.driver) {
    case 'bronkhorst':
      if (wire === undefined)
        throw new SignalboxError('CONFIG_INVALID', `${name} is on no ProPar port`);
      return new BronkhorstDriver({ wire, node: config.node, channel: config.channel, ...timeout });
    case 'scpi':
      return new ScpiDriver({
        parameters: Object.entries(config.parameters).map(([key, parameter]) => ({
          ...parameter,
          name: key,
        })),
        terminator,
        reply: replyPolicyOf(name, config),
        ...timeout,
      });
  }
}

function replyPolicyOf(
  name: string,
  { reply, replyPattern }: Extract<InstrumentConfig, { driver: 'scpi' }>,
): ReplyPolicy {
  if (reply !== 'pattern') return reply;
  try {
    return new RegExp(replyPattern ?? '', 'i');
  } catch (cause) {
    throw new SignalboxError(
      'CONFIG_INVALID',
      `instruments.${name}.replyPattern is no regular expression`,
      { cause },
    );
  }
}
