import { z } from 'zod';

import { SignalboxError } from '../../../kernel/index.ts';
import type { MinerType, Value } from '../../../instruments/index.ts';

/** What a miner is to be set to. */
export interface MinerSettings {
  readonly frequency?: number | undefined;
  readonly voltage?: number | undefined;
  readonly fan_speed?: number | undefined;
  readonly temperature_target?: number | undefined;
  readonly power_limit?: number | undefined;
  readonly mode?: 'eco' | 'normal' | 'turbo' | undefined;
  readonly led?: number | undefined;
  readonly overclock?: 'conservative' | 'balanced' | 'aggressive' | 'custom' | undefined;
  readonly cooling?: 'silent' | 'auto' | 'performance' | undefined;
}

/**
 * What a miner of any type may be set to, by the names and ranges of the solo miner monitor. A device takes
 * only some of it, and may take less.
 */
export const minerSettings: z.ZodType<MinerSettings> = z.strictObject({
  frequency: z.number().min(100).max(2_000).optional().describe('MHz'),
  voltage: z.number().min(0.5).max(2).optional().describe('V, of the chips'),
  fan_speed: z
    .number()
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe('%; the fan follows nothing then'),
  temperature_target: z.number().int().min(30).max(100).optional().describe('°C'),
  power_limit: z.number().min(10).max(1_000).optional().describe('W'),
  mode: z.enum(['eco', 'normal', 'turbo']).optional(),
  led: z.number().int().min(0).max(100).optional().describe('%; 0 is off'),
  overclock: z.enum(['conservative', 'balanced', 'aggressive', 'custom']).optional(),
  cooling: z.enum(['silent', 'auto', 'performance']).optional(),
});

/** What is written for them, one after the other. */
export interface MinerWrite {
  readonly parameter: string;
  readonly value: Value;
}

interface Setting {
  /** What a device of this type takes of the range. */
  readonly range?: readonly [least: number, most: number];
  readonly writes: (value: never) => readonly MinerWrite[];
}

type SettingsOfType = Partial<Record<keyof MinerSettings, Setting>>;

const modes = ['eco', 'normal', 'turbo'];

const ofType: Readonly<Record<MinerType, SettingsOfType>> = {
  bitaxe: {
    frequency: {
      range: [400, 600],
      writes: (value: number) => [{ parameter: 'frequency', value }],
    },
    voltage: {
      range: [1, 1.3],
      writes: (value: number) => [{ parameter: 'coreVoltage', value: Math.round(value * 1_000) }],
    },
    fan_speed: {
      writes: (value: number) => [
        { parameter: 'automaticFan', value: false },
        { parameter: 'manualFanSpeed', value },
      ],
    },
    temperature_target: {
      writes: (value: number) => [
        { parameter: 'automaticFan', value: true },
        { parameter: 'targetTemperature', value },
      ],
    },
  },
  avalon_nano: {
    mode: { writes: (value: string) => [{ parameter: 'workLevel', value: modes.indexOf(value) }] },
    led: { writes: (value: number) => [{ parameter: 'led', value: value > 0 }] },
  },
  cgminer: {},
  magic_miner: {},
};

/**
 * What has to be written for some settings.
 * @throws VALUE_OUT_OF_RANGE for what this type takes only in part; BAD_ARGUMENT for what it does not take
 */
export function minerWrites(type: MinerType, settings: MinerSettings): readonly MinerWrite[] {
  const known = ofType[type];
  return Object.entries(settings).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const setting = known[key as keyof MinerSettings];
    if (setting === undefined) {
      const names = Object.keys(known).join(', ') || 'nothing';
      throw new SignalboxError(
        'BAD_ARGUMENT',
        `a ${type} cannot be set to a ${key}; what can be set is ${names}`,
        { details: { setting: key, type } },
      );
    }
    const [least, most] = setting.range ?? [-Infinity, Infinity];
    if (typeof value === 'number' && (value < least || value > most)) {
      throw new SignalboxError(
        'VALUE_OUT_OF_RANGE',
        `${value} is outside of what a ${type} takes for ${key}: ${least} to ${most}`,
        { details: { setting: key, value, minimum: least, maximum: most } },
      );
    }
    return setting.writes(value as never);
  });
}
