import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { decodeVolts, Instrument, RedPitayaDriver } from '../../../../src/instruments/index.ts';
import type { Value } from '../../../../src/instruments/index.ts';
import { readSamples } from '../../../../src/instruments/drivers/red-pitaya/red-pitaya-samples.ts';
import { tcpLinkFactory } from '../../../../src/links/index.ts';
import { Port } from '../../../../src/ports/index.ts';
import { openSimulator } from '../../../../src/simulators/index.ts';
import type { Fault, Simulator } from '../../../../src/simulators/index.ts';
import { count } from '../../../support/count.ts';
import { owner } from '../../../support/line-transaction.ts';
import { MemoryBench } from '../../../support/memory-link.ts';

const by = owner('scope.py');

let simulator: Simulator;
let port: Port;
let board: Instrument;

beforeEach(async () => {
  simulator = await openSimulator({ kind: 'red-pitaya', tcpPort: 0 });
  port = new Port({
    name: 'pitaya',
    link: tcpLinkFactory({ host: '127.0.0.1', port: Number(simulator.address.split(':')[1]) }),
    resynchronization: { kind: 'reconnect' },
  });
  port.open();
  board = new Instrument({
    name: 'pitaya',
    driver: new RedPitayaDriver({ timeoutMs: 2_000 }),
    port,
  });
});

afterEach(async () => {
  await port.close();
  await simulator[Symbol.asyncDispose]();
});

async function acquire(values: Readonly<Record<string, Value>>, who = by): Promise<Float32Array> {
  return decodeVolts(await board.run('acquire', values, who));
}

/** How often a wave goes upwards through 0 V. */
function periodsOf(volts: Float32Array): number {
  let above = false;
  let periods = 0;
  for (const value of volts) {
    if (!above && value > 0.1) periods += 1;
    above = value > 0.1 || (above && value > -0.1);
  }
  return periods;
}

async function messages(): Promise<string[]> {
  const all = await simulator.transactions();
  return all.map(({ request }) => Buffer.from(request).toString('latin1'));
}

describe('a Red Pitaya with its SCPI server', () => {
  it.each<[string, Value]>([
    ['decimation', 1_024],
    ['averaging', false],
    ['triggerLevel', 0.25],
    ['triggerDelay', -100],
    ['in1Gain', 'HV'],
    ['out1Enabled', true],
    ['out2Frequency', 1e6],
    ['out1Amplitude', 0.3],
    ['out2Offset', -0.5],
    ['out1Waveform', 'TRIANGLE'],
    ['out1Phase', 90],
    ['out2DutyCycle', 0.25],
  ])('keeps %s = %s', async (name, value) => {
    await board.write(name, value, by);
    expect((await board.read(name, by)).value).toBe(value);
  });

  it.each<[string, Value, string]>([
    ['decimation', 65_537, 'VALUE_OUT_OF_RANGE'],
    ['out1Amplitude', 1.1, 'VALUE_OUT_OF_RANGE'],
    ['out1Frequency', 63e6, 'VALUE_OUT_OF_RANGE'],
    ['out1Waveform', 'NOISE', 'VALUE_OUT_OF_RANGE'],
    ['triggerState', 'TD', 'READ_ONLY'],
  ])('is never asked for %s = %s', async (name, value, code) => {
    await expect(board.write(name, value, by)).rejects.toMatchObject({ code });
    await expect(board.run('acquire', { decimation: 0 }, by)).rejects.toMatchObject({
      code: 'VALUE_OUT_OF_RANGE',
    });
    await expect(board.run('acquire', { triggerSource: 'CH1' }, by)).rejects.toMatchObject({
      code: 'VALUE_OUT_OF_RANGE',
    });
    expect(await messages()).toEqual([]);
  });

  it('says who it is, and takes messages of its own language', async () => {
    expect(await board.identify(by)).toMatchObject({ maker: 'REDPITAYA' });
    expect(await board.query('ACQ:BUF:SIZE?', by)).toBe('16384');
  });

  it('takes a trace of what its generator gives', async () => {
    await board.run('generate', { output: 1, frequency: 5_000, amplitude: 0.4, offset: 0.1 }, by);
    const volts = await acquire({ decimation: 8, triggerSource: 'CH1_PE', triggerLevel: 0.1 });
    expect(volts).toHaveLength(16_384);
    for (let at = 0; at < volts.length; at += 61) {
      const expected = 0.1 + 0.4 * Math.sin(2 * Math.PI * 5_000 * 64e-9 * (at - 8_192));
      expect(Math.abs((volts[at] ?? NaN) - expected)).toBeLessThan(0.005);
    }
    await board.run('reset', {}, by);
    expect((await board.read('out1Enabled', by)).value).toBe(false);
  });

  it('lets nobody come between the settings of a trace and the trace', async () => {
    await board.run('generate', { output: 1, frequency: 20_000, amplitude: 0.5 }, by);
    const programs = Array.from({ length: 4 }, (_, index) => owner(`program ${index}`));
    const traces = Array.from({ length: count(100) }, (_, index) => async () => {
      const decimation = [4, 8, 16, 32][index % 4] ?? 4;
      const who = programs[index % programs.length];
      const volts = await acquire({ decimation }, who);
      // 20 kHz over 16,384 samples of 8 ns and more.
      const expected = 20_000 * 16_384 * 8e-9 * decimation;
      expect(Math.abs(periodsOf(volts) - expected)).toBeLessThanOrEqual(1.5);
    });
    const disturber = async (): Promise<void> => {
      for (let time = 0; time < count(100); time += 1) await board.write('decimation', 1, by);
    };
    await Promise.all([...traces.map(async (trace) => await trace()), disturber()]);
  });

  it('that is not triggered says so, is stopped, and takes the next trace', async () => {
    const never = { triggerSource: 'EXT_PE', timeoutMs: 50, decimation: 1 };
    await expect(board.run('acquire', never, by)).rejects.toMatchObject({
      code: 'INSTRUMENT_TIMEOUT',
      message: expect.stringContaining('no EXT_PE at 0 V') as string,
    });
    await expect.poll(async () => (await messages()).at(-1)).toBe('ACQ:STOP');
    expect(await acquire({ decimation: 1 })).toHaveLength(16_384);
  });

  it('that refuses a setting takes no trace', async () => {
    const line = new MemoryBench((request, side) => {
      if (request === 'SYST:ERR?\r\n') side.reply('-222,"Data out of range"\r\n');
    });
    await using other = new Port({ name: 'other', link: line });
    other.open();
    const refusing = new Instrument({ name: 'other', driver: new RedPitayaDriver(), port: other });
    await expect(refusing.run('acquire', {}, by)).rejects.toMatchObject({
      code: 'INSTRUMENT_ERROR',
      message: expect.stringContaining('-222,"Data out of range"') as string,
    });
    expect(line.written).toContain('ACQ:DEC:Factor 64\r\n');
    expect(line.written).not.toContain('ACQ:START\r\n');
  });

  it('is stopped when a trace is taken back', async () => {
    const taken = new AbortController();
    const never = { triggerSource: 'EXT_PE', timeoutMs: 60_000, decimation: 1 };
    const trace = board.run('acquire', never, by, { signal: taken.signal });
    const refused = expect(trace).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect
      .poll(async () => (await messages()).filter((each) => each === 'ACQ:TRig:STAT?'))
      .not.toEqual([]);
    taken.abort();
    await refused;
    await expect.poll(async () => (await messages()).at(-1)).toBe('ACQ:STOP');
    expect(port.status().leases).toEqual([]);
  });

  it.each<Fault>([
    { kind: 'drop' },
    { kind: 'delay', delayMs: 300 },
    { kind: 'garble' },
    { kind: 'wrong-length' },
    { kind: 'duplicate' },
    { kind: 'unplug', backAfterMs: 50 },
    { kind: 'unplug', backAfterMs: 50, moment: 'reply' },
  ])('gives a trace or an error when a reply goes wrong ($kind), and goes on', async (fault) => {
    const quick = new Instrument({
      name: 'pitaya',
      driver: new RedPitayaDriver({ timeoutMs: 200 }),
      port,
    });
    await quick.run('generate', { output: 1, frequency: 50_000, amplitude: 0.5 }, by);
    for (const after of [0, 8, 9, 10, 11, 12]) {
      await simulator.addFault({ fault, after, times: 1 });
      const outcome = await quick.run('acquire', { decimation: 1, timeoutMs: 500 }, by).then(
        (result) => decodeVolts(result).length,
        (error: unknown) => (error as { code: string }).code,
      );
      expect([
        16_384,
        'INSTRUMENT_TIMEOUT',
        'INSTRUMENT_ERROR',
        'REPLY_MALFORMED',
        'LINK_COMMUNICATION',
        'OUTCOME_UNKNOWN',
        'LINK_PROTOCOL',
      ]).toContain(outcome);
      await simulator.clearFaults();
    }
    // What was said twice may have to be read first.
    const amplitude = async (): Promise<unknown> =>
      await quick.run('acquire', { decimation: 1 }, by).then(
        (result) => Math.round(Math.max(...decodeVolts(result)) * 100),
        (error: unknown) => (error as { code: string }).code,
      );
    await expect.poll(amplitude).toBe(50);
  });
});

describe('samples', () => {
  const block = (bytes: readonly number[]): Uint8Array =>
    Uint8Array.from(
      Buffer.from(`#1${bytes.length}${Buffer.from(bytes).toString('latin1')}\r\n`, 'latin1'),
    );

  it('are read from a block and from a list', () => {
    expect([...readSamples(block([0x3f, 0, 0, 0, 0xbf, 0x80, 0, 0]))]).toEqual([0.5, -1]);
    expect([...readSamples(new TextEncoder().encode('{0.5,-1.000000}\r\n'))]).toEqual([0.5, -1]);
  });

  it.each([
    ['a block cut short', Uint8Array.from(Buffer.from('#18\x3f\0\0'))],
    ['a number that is none', block([0x7f, 0xc0, 0, 0])],
    ['bytes that are no whole samples', block([0, 0, 0])],
    ['an empty list', new TextEncoder().encode('{}\r\n')],
    ['a list with a gap', new TextEncoder().encode('{1,,2}\r\n')],
    ['a list without its end', new TextEncoder().encode('{1,2\r\n')],
    ['something else', new TextEncoder().encode('WAIT\r\n')],
  ])('%s is malformed', (_, response) => {
    expect(() => readSamples(response)).toThrow(
      expect.objectContaining({ code: 'REPLY_MALFORMED' }),
    );
  });
});
