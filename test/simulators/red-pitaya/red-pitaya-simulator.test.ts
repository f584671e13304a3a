import { describe, expect, it } from 'vitest';
import { openSimulator } from '../../../src/simulators/index.ts';
import type { RedPitayaDefinition, Simulator } from '../../../src/simulators/index.ts';
import { headerPattern } from '../../../src/simulators/red-pitaya/header-pattern.ts';
import { Client } from '../support.ts';

async function board(options: Partial<RedPitayaDefinition> = {}): Promise<Simulator> {
  return await openSimulator({ kind: 'red-pitaya', tcpPort: 0, ...options });
}

async function ask(client: Client, message: string): Promise<string> {
  client.send(`${message}\r\n`);
  return (await client.line()).replace(/\r$/, '');
}

async function samples(client: Client, input = 1): Promise<number[]> {
  const list = await ask(client, `ACQ:SOUR${input}:DATA?`);
  expect(list).toMatch(/^\{-?\d.*\}$/);
  return list.slice(1, -1).split(',').map(Number);
}

it.each([
  [
    'ACQ:TRig:STAT?',
    ['ACQ:TR:STAT?', 'acq:trig:stat?', 'ACQ:TRIG:STAT?'],
    ['ACQ:TRI:STAT?', 'ACQ:TRIG:STAT'],
  ],
  ['SYSTem:ERRor[:NEXT]?', ['SYST:ERR?', 'SYSTEM:ERROR:NEXT?'], ['SYST:ERRO?', 'SYST:ERR:NEX?']],
  ['OUTPUT#:STATE', ['OUTPUT1:STATE', 'output2:state'], ['OUTPUT3:STATE', 'OUTPUT:STATE']],
])('the header %s is matched as the server matches it', (written, good, bad) => {
  const pattern = headerPattern(written);
  expect(good.filter((header) => !pattern.test(header))).toEqual([]);
  expect(bad.filter((header) => pattern.test(header))).toEqual([]);
});

describe('the SCPI server of a simulated Red Pitaya', () => {
  it('ends what it says with CR LF, and answers nothing that it does not know', async () => {
    await using simulator = await board();
    using client = await Client.open(simulator.address);
    client.send('*IDN?\r\n');
    expect(await client.line()).toBe('REDPITAYA,INSTR2026,0,SIM\r');
    client.send('ACQ:COFFEE 1\r\n');
    expect(await ask(client, 'SYST:ERR?')).toBe('-113,"Undefined header;ACQ:COFFEE"');
    expect(await ask(client, 'SYST:ERR:COUN?')).toBe('0');
  });

  it.each([
    ['ACQ:DEC 7', '-222'],
    ['ACQ:DEC:Factor 65537', '-222'],
    ['SOUR1:VOLT 1.5', '-222'],
    ['SOUR1:FUNC NOISE', '-224'],
    ['ACQ:TRig CH3_PE', '-224'],
    ['ACQ:SOUR1:DATA:STArt:N? 16380,5', '-222'],
  ])('has only an error for %s', async (message, number) => {
    await using simulator = await board();
    using client = await Client.open(simulator.address);
    client.send(`${message}\r\n`);
    expect(await ask(client, 'SYST:ERR?')).toContain(`${number},"`);
  });

  it('gives each connection errors of its own, and all the same hardware', async () => {
    await using simulator = await board();
    using one = await Client.open(simulator.address);
    using other = await Client.open(simulator.address);
    one.send('NONSENSE\r\nACQ:DEC 64\r\n');
    expect(await ask(one, 'SYST:ERR:COUN?')).toBe('1');
    expect(await ask(other, 'SYST:ERR:COUN?')).toBe('0');
    expect(await ask(other, 'ACQ:DEC?')).toBe('64');
  });

  it('shows what its output gives at its input, triggered in the middle', async () => {
    await using simulator = await board();
    using client = await Client.open(simulator.address);
    client.send(
      'SOUR1:FUNC SINE;:SOUR1:FREQ:FIX 2000;:SOUR1:VOLT 0.5;:SOUR1:VOLT:OFFS 0.1;:OUTPUT1:STATE ON\r\n',
    );
    client.send('ACQ:DEC 8;:ACQ:TRig:LEV 0.2;:ACQ:START;:ACQ:TRig CH1_NE\r\n');
    await expect.poll(async () => await ask(client, 'ACQ:TRig:FILL?')).toBe('1');
    expect(await ask(client, 'ACQ:TRig:STAT?')).toBe('TD');
    const volts = await samples(client);
    expect(volts).toHaveLength(16_384);
    const [middle = 0, before = 0, after = 0] = [volts[8_192], volts[7_192], volts[9_192]];
    expect(middle).toBeCloseTo(0.2, 2);
    expect(before).toBeGreaterThan(0.2);
    expect(after).toBeLessThan(0.2);
    const phase = Math.PI - Math.asin(0.2);
    const late = 0.1 + 0.5 * Math.sin(phase + 2 * Math.PI * 2_000 * 64e-9 * 3_000);
    expect(volts[11_192]).toBeCloseTo(late, 2);
    expect(Math.max(...(await samples(client, 2)).map(Math.abs))).toBeLessThan(0.001);
  });

  it('waits for a trigger that does not come', async () => {
    await using simulator = await board();
    using client = await Client.open(simulator.address);
    client.send('ACQ:START;:ACQ:TRig EXT_PE\r\n');
    expect(await ask(client, 'ACQ:TRig:STAT?')).toBe('WAIT');
    client.send('ACQ:TRig NOW\r\n');
    await expect.poll(async () => await ask(client, 'ACQ:TRig:STAT?')).toBe('TD');
  });

  it('sends the same samples as text and as numbers of either order', async () => {
    await using simulator = await board();
    using client = await Client.open(simulator.address);
    client.send('OUTPUT1:STATE ON\r\nACQ:START;:ACQ:TRig NOW\r\n');
    await expect.poll(async () => await ask(client, 'ACQ:TRig:FILL?')).toBe('1');
    const texts = (await ask(client, 'ACQ:SOUR1:DATA:STArt:N? 100,3'))
      .slice(1, -1)
      .split(',')
      .map(Number);
    for (const order of ['BEND', 'LEND']) {
      client.send(
        `ACQ:DATA:FORMAT BIN;:ACQ:DATA:BYTE:ORDER ${order};:ACQ:SOUR1:DATA:STArt:N? 100,3\r\n`,
      );
      const block = Buffer.from(await client.take(4 + 12 + 2));
      expect(block.subarray(0, 4).toString()).toBe('#212');
      const read = order === 'BEND' ? 'readFloatBE' : 'readFloatLE';
      for (const [index, value] of texts.entries()) {
        expect(block[read](4 + 4 * index)).toBeCloseTo(value, 5);
      }
    }
  });

  it('does wrong when it is told to', async () => {
    await using simulator = await board({ faults: [{ fault: { kind: 'drop' }, times: 1 }] });
    using client = await Client.open(simulator.address);
    client.send('*IDN?\r\n');
    expect(await ask(client, 'ACQ:BUF:SIZE?')).toBe('16384');
  });
});
