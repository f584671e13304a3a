import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import {
  PP_MODE,
  PP_TYPE,
  ProparInstrument,
  ProparMaster,
} from '../../../src/instruments/index.ts';
import type { ProparMasterOptions } from '../../../src/instruments/index.ts';
import { serialLinkFactory, tcpLinkFactory } from '../../../src/links/index.ts';
import {
  encodeAsciiFrame,
  encodeBinaryFrame,
  encodeMessage,
} from '../../../src/protocols/index.ts';
import { openSimulator } from '../../../src/simulators/index.ts';
import { memoryScript, ScriptedBus } from '../scripted-bus.ts';
import { ScriptedPeer } from '../scripted-peer.ts';

let values: Map<string, Uint8Array>;
let peer: ScriptedPeer;
let printed: string[];

beforeEach(async () => {
  values = new Map([
    ['1/1', Uint8Array.of(0x3e, 0x80)],
    ['33/0', Uint8Array.of(0x3f, 0xc0, 0, 0)],
  ]);
  peer = await ScriptedPeer.open(memoryScript(values));
  printed = [];
});

afterEach(async () => await peer[Symbol.asyncDispose]());

function masterOf(options: ProparMasterOptions = {}): ProparMaster {
  return new ProparMaster(peer.path, { print: (text) => void printed.push(text), ...options });
}

const readSetpoint = async (master: ProparMaster): Promise<unknown> =>
  await master.read(3, 1, 1, PP_TYPE.INT16);

describe('the line of a master', () => {
  test('changes its form while it is used, and loses nothing that was asked', async () => {
    await using master = masterOf();
    const instrument = new ProparInstrument(master, 3);
    expect(master.propar.mode).toBe(PP_MODE.BINARY);
    const before = [readSetpoint(master), readSetpoint(master)];
    // The peer follows when it has answered what came in the old form.
    void Promise.all(before).then(() => (peer.mode = 'ascii'));
    master.propar.mode = PP_MODE.ASCII;
    const after = [readSetpoint(master), instrument.readParameter(205)];
    expect(await Promise.all(before)).toEqual([16_000, 16_000]);
    // What the line did before counts on, also in the moment of the change.
    expect(master.usbStatistics().total_operations).toBe(2);
    expect(await Promise.all(after)).toEqual([16_000, 1.5]);
    expect(master.propar.mode).toBe(PP_MODE.ASCII);
    expect(master.usbStatistics().total_operations).toBe(4);
    expect(await instrument.writeParameter(9, 5)).toBe(true);
    expect(await readSetpoint(master)).toBe(5);
    const told: unknown[] = [];
    master.broadcast_callback = (parameters) => void told.push(parameters);
    peer.say(encodeAsciiFrame({ sequence: 0, node: 5, data: broadcast().data }));
    await expect.poll(() => told.length).toBe(1);
    expect(() => (master.propar.mode = 7)).toThrow('7 is no ProPar mode');
  });

  test('is opened anew at another baud rate, and only at one that there is', async () => {
    const rates: number[] = [];
    await using master = masterOf({
      serial_class: (path, baudRate) => {
        rates.push(baudRate);
        return serialLinkFactory({ path, baudRate });
      },
    });
    expect(await readSetpoint(master)).toBe(16_000);
    expect([master.propar.open_count, master.propar.baudrate]).toEqual([1, 38_400]);
    const asked = readSetpoint(master);
    await master.set_baudrate(115_200);
    expect(await asked).toBe(16_000);
    expect(await readSetpoint(master)).toBe(16_000);
    expect([master.propar.open_count, master.propar.baudrate]).toEqual([2, 115_200]);
    expect(rates.at(-1)).toBe(115_200);
    await expect(master.set_baudrate(0)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    expect(await readSetpoint(master)).toBe(16_000);
    expect(master.propar.baudrate).toBe(115_200);
  });

  test('is closed and opened as the master is told', async () => {
    await using master = masterOf();
    expect(await readSetpoint(master)).toBe(16_000);
    await master.stop();
    await expect(readSetpoint(master)).rejects.toMatchObject({ code: 'CLOSED' });
    master.start();
    expect(await readSetpoint(master)).toBe(16_000);
    expect(master.propar.open_count).toBe(2);
  });

  test('may be any that carries bytes', async () => {
    const simulator = await openSimulator({
      kind: 'propar',
      tcpPort: 0,
      nodes: [{ address: 3 }],
      baudRate: 0,
      answerTimeMs: 0,
    });
    await using _simulator = simulator;
    const [host = '', port] = simulator.address.split(':');
    await using master = new ProparMaster('the hall', {
      serial_class: () => tcpLinkFactory({ host, port: Number(port) }),
    });
    expect(await master.read(3, 113, 3, PP_TYPE.STRING)).toBe('SIM003');
  });

  test('is its owner’s when it is a port that others have made', async () => {
    await using bus = await ScriptedBus.open(memoryScript(values));
    const master = new ProparMaster(bus);
    expect(() => master.propar).toThrow('belongs to who made its port');
    expect(() => master.dump(1)).toThrow('belongs to who made its port');
    expect(() => (master.broadcast_callback = () => {})).toThrow('belongs to who made its port');
    expect(master.broadcast_callback).toBeNull();
    await expect(master.set_baudrate(9_600)).rejects.toMatchObject({ code: 'BAD_ARGUMENT' });
    await master.stop();
    expect(await readSetpoint(master)).toBe(16_000);
  });
});

describe('a line that was lost', () => {
  let folder: string;
  let path: string;
  const bus = async () =>
    await openSimulator({
      kind: 'propar',
      path,
      nodes: [{ address: 3 }],
      baudRate: 0,
      answerTimeMs: 0,
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'signalbox-lost-'));
    path = join(folder, 'bus');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('comes back by itself, or with auto_reopen off when it is started', async () => {
    const simulator = await bus();
    await using _simulator = simulator;
    await using master = new ProparMaster(path);
    expect(await readSetpoint(master)).toBe(0);
    await simulator.unplug(10);
    await expect.poll(() => master.propar.open_count).toBe(2);
    expect(await readSetpoint(master)).toBe(0);
    master.propar.auto_reopen = false;
    await simulator.unplug(10);
    await expect
      .poll(() => master.port.status().reason)
      .toContain('was lost, and auto_reopen is off');
    expect(master.propar.open_count).toBe(2);
    master.start();
    expect(await readSetpoint(master)).toBe(0);
    expect(master.propar.open_count).toBe(3);
  });
});

describe('what goes over the line', () => {
  test('is shown as bytes when it is asked for, each way', async () => {
    await using master = masterOf();
    master.propar.debug = true;
    expect(master.propar.debug).toBe(true);
    await readSetpoint(master);
    expect(printed.join('')).toMatch(
      /^TX \(12\): 10 02 .. 03 05 04 01 21 01 21 10 03\nRX \(12\): 10 02 .. 03 05 02 01 21 3E 80 10 03\n$/,
    );
    master.propar.debug = false;
    await readSetpoint(master);
    expect(printed).toHaveLength(2);
  });

  test('is dumped where it is in no frame, or all of it, or not at all', async () => {
    await using master = masterOf();
    const boot = Buffer.from('boot v1\n\u0000');
    const read = async (): Promise<string> => {
      printed.length = 0;
      peer.say(boot);
      await readSetpoint(master);
      return printed.join('');
    };
    expect(await read()).toBe('');
    master.dump();
    expect(await read()).toBe('boot v1\n\\x00');
    master.dump(2);
    expect(await read()).toMatch(/^boot v1\n\\x00\\x10\\x02.*\\x10\\x03$/s);
    master.dump(0);
    expect(await read()).toBe('');
    expect(() => master.dump(3 as 0)).toThrow('3 is no dump level');
  });

  test('is told where an instrument sends values that nobody asked for', async () => {
    await using master = masterOf();
    const told: unknown[] = [];
    const callback = (parameters: unknown): void => void told.push(parameters);
    master.broadcast_callback = callback;
    expect(master.broadcast_callback).toBe(callback);
    await readSetpoint(master);
    const { sequence, data } = broadcast();
    peer.say(encodeBinaryFrame({ sequence, node: 5, data }));
    await expect.poll(() => told.length).toBe(1);
    expect(told[0]).toMatchObject([
      { node: 5, dde_nr: 205, parm_name: 'Fmeasure', parm_type: PP_TYPE.FLOAT, data: 1.5 },
      { node: 5, dde_nr: 115, data: 'tag', status: 0, action: 'write' },
      // Of the list this one is not.
      { node: 5, proc_nr: 120, parm_nr: 30, parm_type: PP_TYPE.INT16, data: 258 },
    ]);
    master.broadcast_callback = null;
    peer.say(encodeBinaryFrame({ sequence, node: 5, data }));
    await readSetpoint(master);
    expect(told).toHaveLength(1);
  });

  test('never is a broadcast for the answer to a request, whatever its number and node', async () => {
    await using master = masterOf();
    const told: unknown[] = [];
    master.broadcast_callback = (parameters) => void told.push(parameters);
    peer.script = (message, frame) => {
      const { sequence, node } = frame;
      peer.say(
        encodeBinaryFrame({
          sequence,
          node,
          data: encodeMessage({
            kind: 'send',
            command: 3,
            items: [{ process: 1, parameter: 1, type: 0x20, value: Uint8Array.of(0, 1) }],
          }),
        }),
      );
      return memoryScript(values)(message, frame);
    };
    expect(await readSetpoint(master)).toBe(16_000);
    expect(told).toMatchObject([[{ dde_nr: 9, data: 1 }]]);
  });
});

function broadcast(): { readonly sequence: number; readonly data: Uint8Array } {
  return {
    sequence: 200,
    data: encodeMessage({
      kind: 'send',
      command: 3,
      items: [
        { process: 33, parameter: 0, type: 0x40, value: Uint8Array.of(0x3f, 0xc0, 0, 0) },
        { process: 113, parameter: 6, type: 0x60, value: new TextEncoder().encode('tag') },
        { process: 120, parameter: 30, type: 0x20, value: Uint8Array.of(1, 2) },
      ],
    }),
  };
}
