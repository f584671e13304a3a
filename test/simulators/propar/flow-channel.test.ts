import { beforeEach, describe, expect, it } from 'vitest';

import { FlowChannel, fluidSettlesMs } from '../../../src/simulators/propar/flow-channel.ts';
import type { FlowChannelOptions } from '../../../src/simulators/propar/flow-channel.ts';
import { fullScale, zeroingMs } from '../../../src/simulators/propar/flow-loop.ts';
import { seededRandom } from '../../../src/simulators/seeded-random.ts';
import { seed } from '../../support/seed.ts';

let channel: FlowChannel;
/** What the master of a slave measures. */
let masterFlow = 0;

function make(options: FlowChannelOptions = {}, drawnFrom = 1): FlowChannel {
  return new FlowChannel(
    { capacity: 2_000, unit: 'mln/min', noiseShare: 0, ...options },
    { random: seededRandom(drawnFrom), flowOf: () => masterFlow },
  );
}

beforeEach(() => {
  channel = make();
});

describe('the flow', () => {
  it('goes after its setpoint by its time constant, and gets there', () => {
    channel.loop.setpoint = fullScale;
    channel.advance(300);
    expect(channel.loop.measured / fullScale).toBeCloseTo(1 - Math.exp(-1), 2);
    channel.advance(10_000);
    expect(channel.fMeasure).toBeCloseTo(2_000, 3);
  });

  it('is the same whether time passes in one piece or in many', () => {
    const other = make();
    for (const each of [channel, other]) {
      each.loop.slope = 20;
      each.loop.setpoint = fullScale;
    }
    channel.advance(1_000);
    for (let step = 0; step < 50; step += 1) other.advance(20);
    expect(channel.loop.measured).toBeCloseTo(other.loop.measured, 6);
  });

  it('follows a slope of so many tenths of a second for 100 %', () => {
    channel = make({ lagMs: 1 });
    channel.loop.slope = 100;
    channel.loop.setpoint = fullScale / 2;
    channel.advance(2_500);
    expect(channel.measure / fullScale).toBeCloseTo(0.25, 2);
    channel.advance(2_500);
    expect(channel.measure / fullScale).toBeCloseTo(0.5, 2);
  });

  it.each([
    [3, 0],
    [12, 0],
    [22, 0],
    [7, 1],
    [8, 1.3],
    [0, 0.5],
    [18, 0.5],
    [1, 0],
    [20, 0.65],
    [21, 0],
  ])('in control mode %i comes to %d of full scale', (mode, share) => {
    channel.loop.setpoint = fullScale / 2;
    channel.advance(5_000);
    channel.loop.mode = mode;
    channel.advance(5_000);
    expect(channel.measure / fullScale).toBeCloseTo(share, 3);
  });

  it('follows that of its master as a slave, by its factor, with its own slope', () => {
    masterFlow = fullScale;
    channel.loop.mode = 2;
    channel.slaveFactor = 25;
    channel.loop.slope = 100;
    channel.advance(1_250);
    expect(channel.measure / fullScale).toBeGreaterThan(0);
    expect(channel.measure / fullScale).toBeLessThan(0.2);
    channel.advance(10_000);
    expect(channel.measure / fullScale).toBeCloseTo(0.25, 3);
    masterFlow = 0;
    channel.advance(10_000);
    expect(channel.measure).toBe(0);
  });

  it('tells no more than its scale can, however it trembles', () => {
    const wild = make({ noiseShare: 1 }, seed);
    wild.loop.mode = 8;
    for (let turn = 0; turn < 200; turn += 1) {
      wild.advance(500);
      expect(wild.measure).toBeLessThanOrEqual(41_942);
      expect(wild.measure).toBeGreaterThanOrEqual(-23_593);
    }
  });

  it('stays as it is while the controller is idle, until the valve is moved', () => {
    channel.loop.setpoint = fullScale;
    channel.advance(5_000);
    channel.loop.valve = 0;
    channel.loop.mode = 4;
    channel.loop.setpoint = 0;
    channel.advance(5_000);
    expect(channel.measure).toBe(fullScale);
    channel.loop.valve = 0;
    channel.advance(5_000);
    expect(channel.measure).toBe(0);
  });

  it('trembles as its seed says, and alike in both scales', () => {
    const values = [1, 1, 2].map((seed) => {
      const each = make({ noiseShare: 0.01 }, seed);
      each.loop.setpoint = fullScale;
      each.advance(10_000);
      expect(each.fMeasure).toBeCloseTo((each.measure / fullScale) * 2_000, 1);
      return each.fMeasure;
    });
    expect(values[0]).toBe(values[1]);
    expect(values[0]).not.toBe(values[2]);
    expect(Math.abs((values[0] ?? 0) / 2_000 - 1)).toBeLessThanOrEqual(0.01);
  });
});

describe('zeroing', () => {
  it('ends in the control mode that was before', () => {
    channel.loop.mode = 18;
    channel.loop.mode = 9;
    channel.loop.startZeroing();
    channel.advance(zeroingMs - 100);
    expect(channel.loop.mode).toBe(9);
    channel.advance(200);
    expect(channel.loop.mode).toBe(18);
  });

  it('does not begin outside of the mode for it', () => {
    channel.loop.startZeroing();
    channel.loop.mode = 9;
    channel.advance(zeroingMs * 2);
    expect(channel.loop.mode).toBe(9);
  });
});

describe('a change of fluid', () => {
  it('shows in number, name and capacity at once, when it has settled', () => {
    channel.fluidNumber = 3;
    channel.advance(fluidSettlesMs - 10);
    expect([channel.fluidNumber, channel.fluidName, channel.capacity]).toEqual([0, 'N2', 2_000]);
    channel.advance(20);
    expect([channel.fluidNumber, channel.fluidName, channel.capacity]).toEqual([3, 'CO2', 1_500]);
  });
});

describe('the unit', () => {
  it('when written keeps the flow: 2000 mln/min become 2 ln/min', () => {
    channel.unit = 'ln/min';
    expect(channel.capacity).toBeCloseTo(2, 9);
    channel.unit = 'bar(a)';
    expect(channel.capacity).toBeCloseTo(2, 9);
  });
});

describe('the counter', () => {
  beforeEach(() => {
    channel.loop.setpoint = fullScale;
    channel.advance(10_000);
    channel.counter.reset();
  });

  it('adds up the flow, in its own unit', () => {
    channel.advance(60_000);
    expect(channel.counter.value).toBeCloseTo(2, 3);
    channel.counter.unit = 'mln';
    channel.counter.reset();
    channel.advance(60_000);
    expect(channel.counter.value).toBeCloseTo(2_000, 0);
  });

  it('stands still when it is off', () => {
    channel.counter.switchOff();
    channel.advance(60_000);
    expect(channel.counter.value).toBe(0);
  });

  it('as a batch ends at its limit, says so, and puts the setpoint where it is told to', () => {
    Object.assign(channel.counter, { mode: 2, limit: 1, setpointMode: 1, newSetpoint: 100 });
    channel.advance(20_000);
    expect(channel.alarmInfo).toBe(0);
    channel.advance(20_000);
    expect(channel.counter.value).toBe(1);
    expect(channel.alarmInfo).toBe(16);
    expect(channel.loop.setpoint).toBe(100);
    channel.loop.setpoint = 200;
    channel.advance(1_000);
    expect(channel.loop.setpoint).toBe(200);
  });
});

describe('the alarm', () => {
  function flowAt(share: number): void {
    channel.loop.setpoint = share * fullScale;
    channel.advance(10_000);
  }

  it.each([
    [0.05, 4],
    [0.5, 0],
    [0.95, 8],
  ])('on limits at %d of full scale sets the bits %i', (share, bits) => {
    Object.assign(channel.alarm, { mode: 1, minimum: 3_200, maximum: 28_800 });
    flowAt(share);
    expect(channel.alarmInfo).toBe(bits);
  });

  it('is off in mode 0', () => {
    Object.assign(channel.alarm, { mode: 0, maximum: 10 });
    flowAt(1);
    expect(channel.alarmInfo).toBe(0);
  });

  it('on response comes while the flow is away from its setpoint', () => {
    Object.assign(channel.alarm, { mode: 2, minimum: 1_000, maximum: 1_000 });
    channel.loop.setpoint = fullScale;
    channel.advance(20);
    expect(channel.alarmInfo).toBe(32 + 4);
    flowAt(1);
    expect(channel.alarmInfo).toBe(0);
  });

  it('waits for its delay', () => {
    flowAt(1);
    Object.assign(channel.alarm, { mode: 1, maximum: 1_000, delay: 3 });
    channel.advance(2_900);
    expect(channel.alarmInfo).toBe(0);
    channel.advance(200);
    expect(channel.alarmInfo).toBe(8);
  });

  it('stays until it is reset where it does not end by itself', () => {
    Object.assign(channel.alarm, { mode: 1, maximum: 16_000, resetEnable: 4 });
    flowAt(1);
    flowAt(0.1);
    expect(channel.alarmInfo).toBe(8);
    channel.alarm.reset();
    expect(channel.alarmInfo).toBe(0);
    flowAt(1);
    channel.alarm.resetEnable = 1;
    channel.alarm.reset();
    expect(channel.alarmInfo).toBe(8);
  });

  it('puts the setpoint where it is told to, once', () => {
    Object.assign(channel.alarm, { mode: 1, maximum: 16_000, setpointMode: 1, newSetpoint: 500 });
    flowAt(1);
    expect(channel.loop.setpoint).toBe(500);
  });
});
