import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { openSimulator } from '../../../src/simulators/index.ts';
import type { MultimeterDefinition, Simulator } from '../../../src/simulators/index.ts';
import { Multimeter } from '../../../src/simulators/scpi/multimeter.ts';
import { waitingMessagesMost } from '../../../src/simulators/scpi/meter-session.ts';
import { errorQueueMost } from '../../../src/simulators/scpi/status-registers.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';
import { Client, Folder } from '../support.ts';

async function meter(options: Partial<MultimeterDefinition> = {}): Promise<Simulator> {
  const place = options.path === undefined ? { tcpPort: 0 } : {};
  return await openSimulator({ kind: 'multimeter', ...place, ...options });
}

async function ask(client: Client, message: string): Promise<string> {
  client.send(`${message}\n`);
  return await client.line();
}

describe('a multimeter', () => {
  it('answers as instruments on the market do, message by message', async () => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    expect(await ask(client, '*ESR?')).toBe('128');
    client.send('BAD:CMD\n');
    expect(await ask(client, 'SYST:ERR:COUN?')).toBe('1');
    expect(await ask(client, '*STB?')).toBe('4');
    expect(await ask(client, '*ESR?')).toBe('32');
    expect(await ask(client, '*ESR?')).toBe('0');
    expect(await ask(client, 'SYST:ERR?')).toBe('-113,"Undefined header;BAD:CMD"');
    expect(await ask(client, 'SYST:ERR?')).toBe('0,"No error"');
    client.send('*ESE 32\n*SRE 32\nBAD\n');
    expect(await ask(client, '*STB?')).toBe('100');
    client.send('*CLS\n');
    expect(await ask(client, '*STB?')).toBe('0');
    client.send('*OPC\n');
    expect(await ask(client, '*ESR?')).toBe('1');
    expect(await ask(client, '*IDN?;*OPC?')).toMatch(/^[^,;]*(,[^,;]*){3};1$/);
    expect(await ask(client, 'SYST:VERS?;:*TST?')).toBe('1999.0;0');
  });

  it.each([
    ['MEASure:VOLTage:DC?', /^1\.23\d+E\+0$/],
    ['meas:volt:dc?', /^1\.23\d+E\+0$/],
    ['CONF:VOLT:DC;:READ?', /^1\.23/],
    ['SYST:ERR?;VERS?', /^0,"No error";1999\.0$/],
    ['VOLT:RANG 100;RANG?', /^100$/],
    ['VOLTage:DC:RANGe?', /^10$/],
    ['SENSe:VOLTage:RANGe 12;RANGe?', /^100$/],
    ['VOLT:RANG 500 mV;RANG?', /^1$/],
    ['VOLT:RANG MAX;RANG?;RANG? MIN', /^1000;0\.1$/],
    ['VOLT:RANG 0.1;:READ?', /^9\.9\d*E\+37$/],
    ['VOLT:RANG 0.1;RANG:AUTO ON;:READ?;:VOLT:RANG?', /^1\.23\d+E\+0;10$/],
    ['MEAS:RES?;:CONF?', /^\d\.\d+E\+[23];"RES 1000"$/],
    ['MEAS:CURR:DC? 0.1,0.001', /^1\.2\d+E-2$/],
    ['CONF:VOLT:AC 750;:FUNC?', /^"VOLT:AC"$/],
    ['FUNC "CURR";FUNC?;:CURR:RANG?', /^"CURR";1$/],
    ['SAMP:COUN 3;:READ?;:DATA:POIN?', /^(1\.23\d+E\+0,?){3};3$/],
    ['INIT;FETC?', /^1\.23/],
    ['TRIG:SOUR BUS;:INIT;*TRG;:FETC?', /^1\.23/],
    ["DISP:TEXT 'a;b';TEXT?", /^"a;b"$/],
    ['*IDN?;*STB?', /^SIG.*;16$/],
    ['*RST;*OPT?', /^0$/],
  ])('understands %s', async (message, answer) => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    expect(await ask(client, message)).toMatch(answer);
  });

  it.each([
    ['VOLT:RANG', '-109', 32],
    ['VOLT:RANG abc', '-104', 32],
    ['VOLT:RANG 5000', '-222', 16],
    ['*ESE 256', '-222', 16],
    ['*CLS 1', '-108', 32],
    ['FETC?', '-230', 16],
    ['VOLT:RANG "1;2"', '-104', 32],
    ['VOLT:RANG 1 A', '-131', 32],
    ['VOLT:RANG 0x10', '-104', 32],
    ['VOLT:RANG 1,2', '-108', 32],
    ['CONF:VOLT:DC 5000', '-222', 16],
    ['FUNC VOLT', '-151', 32],
    ['FUNC "TEMP"', '-224', 16],
    ['TRIG:SOUR EXT', '-224', 16],
    ['DISP:TEXT "far too long for it"', '-223', 16],
    ['CURV 12', '-161', 32],
    ['*TRG', '-211', 16],
    ['TRIG:SOUR BUS;:INIT;:INIT', '-213', 16],
    ['TRIG:SOUR BUS;:READ?', '-214', 16],
    ['?!', '-102', 32],
  ])('answers nothing to %s, but has error %s', async (message, number, event) => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    await ask(client, '*ESR?');
    client.send(`${message}\n`);
    expect(await ask(client, 'SYST:ERR?')).toMatch(new RegExp(`^${number},"`));
    expect(await ask(client, 'SYST:ERR:COUN?;:*ESR?')).toBe(`0;${event}`);
  });

  it('says that its error queue ran over in place of the newest error', async () => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    client.send('BAD\n'.repeat(errorQueueMost + 5));
    expect(await ask(client, 'SYST:ERR:COUN?')).toBe(String(errorQueueMost));
    const errors = await ask(
      client,
      Array.from({ length: errorQueueMost }, () => ':SYST:ERR?').join(';'),
    );
    expect(errors).toMatch(/-113[^;]*;BAD";-350,"Queue overflow"$/);
  });

  it('sends a waveform as a block, line feeds and all', async () => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    client.send('CURV?\n');
    const response = Buffer.from(await client.take(4 + 64 + 1));
    expect(response.subarray(0, 4).toString()).toBe('#264');
    expect([...response.subarray(4, 68)]).toEqual(Array.from({ length: 64 }, (_, index) => index));
    expect(await ask(client, '*OPC?')).toBe('1');
  });

  it('takes a block with whatever is in it, and gives it back', async () => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    const data = Buffer.from(' ;\n"\'#,? ', 'latin1');
    client.send(
      Buffer.concat([Buffer.from(`CURV #1${data.length}`), data, Buffer.from(';*OPC?\n')]),
    );
    expect(await client.line()).toBe('1');
    client.send('CURV?;*OPC?\n');
    const response = Buffer.from(await client.take(3 + data.length + 3));
    expect(response.toString('latin1')).toBe(`#1${data.length}${data.toString('latin1')};1\n`);
  });

  it('forgets its settings by *RST, but not its errors, and its errors by *CLS', async () => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    client.send('CONF:RES;:SAMP:COUN 5;:BAD;*RST\n');
    expect(await ask(client, 'FUNC?;:SAMP:COUN?;:SYST:ERR:COUN?')).toBe('"VOLT";1;1');
    expect(await ask(client, '*CLS;:SYST:ERR:COUN?;*ESR?')).toBe('0;0');
  });

  it('gives all of its errors at once', async () => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    client.send('BAD;:VOLT:RANG 5000\n');
    expect(await ask(client, 'SYST:ERR:ALL?')).toBe(
      '-113,"Undefined header;BAD",-222,"Data out of range"',
    );
    expect(await ask(client, 'SYST:ERR:ALL?')).toBe('0,"No error"');
  });

  it('survives any messages, and has an error or an answer for each', () => {
    const random = randomFrom(11);
    const words = [
      ...[
        'MEAS:VOLT:DC?',
        'CONF:RES',
        'VOLT:RANG',
        'CURV',
        'DISP:TEXT',
        '*ESE',
        'SAMP:COUN',
        'INIT',
      ],
      ...[
        'TRIG:SOUR',
        'BUS',
        '*TRG',
        '#',
        '#1',
        '#0',
        '5',
        '1e99',
        '-1',
        'MAX',
        '"',
        "'",
        ';',
        ',',
      ],
      ...[':', '?', ' ', '*', '\u0000', '\u00ff', 'V', 'FETC?', 'CURV?', 'SYST:ERR?'],
    ];
    const device = new Multimeter();
    for (let turn = 0; turn < count(50_000); turn += 1) {
      const pieces = Array.from(
        { length: 1 + Math.floor(random() * 6) },
        () => words[Math.floor(random() * words.length)] ?? '',
      );
      const message = pieces.join(random() < 0.5 ? ' ' : '');
      expect(device.handle(message).durationMs, message).toBe(0);
    }
    device.handle('*RST;*CLS');
    expect(device.handle('SYST:ERR?').response).toBe('0,"No error"');
  });

  it('says what it is, and measures what it is told to', async () => {
    await using simulator = await meter({ identity: 'ACME,DMM,42,1', voltage: -3 });
    using client = await Client.open(simulator.address);
    expect(await ask(client, '*IDN?')).toBe('ACME,DMM,42,1');
    expect(Number(await ask(client, 'MEAS:VOLT:DC?'))).toBeCloseTo(-3, 2);
  });

  it('gives each client its own answers', async () => {
    await using simulator = await meter();
    using one = await Client.open(simulator.address);
    using other = await Client.open(simulator.address);
    one.send('*ID');
    expect(await ask(other, '*OPC?')).toBe('1');
    one.send('N?\n');
    expect(await one.line()).toMatch(/^SIGNALBOX/);
    expect(other.received).toHaveLength(0);
  });

  it('turns a second client away where it is made to take one', async () => {
    await using simulator = await meter({ isSingle: true });
    using one = await Client.open(simulator.address);
    expect(await ask(one, '*OPC?')).toBe('1');
    using other = await Client.open(simulator.address);
    await other.until(() => other.isClosed);
    expect(await ask(one, '*OPC?')).toBe('1');
    one[Symbol.dispose]();
    await expect
      .poll(async () => {
        using next = await Client.open(simulator.address);
        next.send('*OPC?\n');
        await next.until(() => next.isClosed || next.received.length > 0);
        return next.received.length;
      })
      .toBe(2);
  });

  it('speaks with a program on a terminal', async () => {
    using folder = new Folder();
    await using simulator = await meter({ path: folder.file('meter') });
    const program = [
      'import serial, sys',
      'port = serial.Serial(sys.argv[1], 9600, timeout=2)',
      'port.write(b"*IDN?\\n")',
      'print(port.readline().decode().strip())',
    ].join('\n');
    const { stdout } = await promisify(execFile)('/usr/bin/python3', [
      '-c',
      program,
      simulator.address,
    ]);
    expect(stdout.trim()).toBe('SIGNALBOX,SIM34401,SIM001,1.0');
  });
});

describe('a query that takes long', () => {
  it('holds up the next one, and both are answered in turn', async () => {
    await using simulator = await meter({ calibrationMs: 50 });
    using client = await Client.open(simulator.address);
    client.send('*CAL?\n*IDN?\n');
    expect(await client.line()).toBe('0');
    expect(await client.line()).toMatch(/^SIGNALBOX/);
  });

  it('loses its response to the next message where interrupting is an error', async () => {
    await using simulator = await meter({ calibrationMs: 10_000, isInterrupted: true });
    using client = await Client.open(simulator.address);
    await ask(client, '*ESR?');
    client.send('*CAL?\n');
    expect(await ask(client, '*IDN?')).toMatch(/^SIGNALBOX/);
    expect(await ask(client, 'SYST:ERR?')).toBe('-410,"Query INTERRUPTED"');
    expect(await ask(client, '*ESR?')).toBe('4');
  });

  it('makes no more messages wait than there is room for', async () => {
    await using simulator = await meter({ calibrationMs: 100 });
    using client = await Client.open(simulator.address);
    client.send(`*CAL?\n${'*OPC?\n'.repeat(waitingMessagesMost + 3)}`);
    expect(await client.line()).toBe('0');
    await client.take(2 * waitingMessagesMost);
    expect((await simulator.report()).lost).toBe(3);
    expect(await ask(client, 'SYST:ERR?')).toBe('-363,"Input buffer overrun"');
  });

  it('is forgotten when its client has gone', async () => {
    await using simulator = await meter({ calibrationMs: 100 });
    const client = await Client.open(simulator.address);
    client.send('*CAL?\n');
    client[Symbol.dispose]();
    await expect.poll(async () => (await simulator.report()).transactions).toBe(1);
    const [only] = await simulator.transactions();
    expect(only).toMatchObject({ fault: 'drop' });
  });
});

describe('a fault on demand', () => {
  it.each([
    ['drop', 'nothing'],
    ['garble', 'other bytes'],
    ['duplicate', '1\n1\n'],
    ['wrong-length', '1'],
    ['noise', 'other bytes'],
  ] as const)('%s comes as %s', async (kind, expected) => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    await simulator.addFault({ fault: { kind }, times: 1 });
    client.send('*OPC?\n');
    await expect.poll(async () => (await simulator.report()).transactions).toBe(1);
    if (expected !== 'nothing') await client.until(() => client.received.length > 0);
    const came = Buffer.from(client.received).toString('latin1');
    if (expected === 'other bytes') expect(came).not.toBe('1\n');
    else expect(came).toBe(expected === 'nothing' ? '' : expected);
  });

  it('a late response comes before that of the next query', async () => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    await simulator.addFault({ fault: { kind: 'delay', delayMs: 40 }, times: 1 });
    client.send('*OPC?\n*IDN?\n');
    expect(await client.line()).toBe('1');
    expect(await client.line()).toMatch(/^SIGNALBOX/);
  });

  it('silence answers nothing until it ends', async () => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    await simulator.silence(0, true);
    client.send('*IDN?\n');
    await expect.poll(async () => (await simulator.report()).transactions).toBe(1);
    await simulator.silence(0, false);
    expect(await ask(client, '*OPC?')).toBe('1');
  });

  it('unplugging in the middle of a response cuts it in two, and it comes back', async () => {
    await using simulator = await meter();
    using client = await Client.open(simulator.address);
    const fault = { kind: 'unplug', backAfterMs: 20, moment: 'reply' } as const;
    await simulator.addFault({ fault, times: 1 });
    client.send('*IDN?\n');
    await client.until(() => client.isClosed);
    expect(Buffer.from(client.received).toString()).toMatch(/^SIGNALBOX,SIM\d*$/);
    await expect
      .poll(async () => {
        try {
          using again = await Client.open(simulator.address);
          return await ask(again, '*OPC?');
        } catch {
          return 'unplugged';
        }
      })
      .toBe('1');
  });
});
