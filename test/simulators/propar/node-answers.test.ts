import { beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../../src/kernel/index.ts';
import { wireTypeOf } from '../../../src/protocols/index.ts';
import { answerOf } from '../../../src/simulators/propar/node-answers.ts';
import { NodeModel } from '../../../src/simulators/propar/node-model.ts';
import { seededRandom } from '../../../src/simulators/seeded-random.ts';
import { bytes, hex } from '../support.ts';

let clock: ManualClock;
let node: NodeModel;

beforeEach(() => {
  clock = new ManualClock();
  node = model();
});

function model(definition = {}): NodeModel {
  const surroundings = {
    next: () => 0,
    last: () => 3,
    isTaken: (address: number) => address === 5,
    flowOf: () => 0,
    clock,
    random: seededRandom(1),
  };
  return new NodeModel(
    { address: 3, capacity: 100, unit: 'ln/min', noiseShare: 0, ...definition },
    surroundings,
  );
}

function ask(message: string): string {
  const { data } = answerOf(node, bytes(message), 255);
  return data === undefined ? 'nothing' : hex(data);
}

describe('a message as the manual prints it', () => {
  it.each([
    ['write of setpoint 50 %', '01 01 21 3E 80', '000005'],
    ['read of setpoint', '04 01 21 01 21', '0201210000'],
    ['chained unlock, polynomial and lock', init(), '00001C'],
    ['chained unlock, alarm maximum and lock', '01 80 0A 40 E1 21 00 0A 00 0A 52', '00000B'],
  ])('%s is answered as there', (_what, message, answer) => {
    expect(ask(message)).toBe(answer);
  });

  function init(): string {
    return '01 80 0A 40 81 C5 00000000 C6 3F800000 C7 00000000 48 00000000 00 0A 52';
  }

  it('a chained request answers with the indices that the master chose', () => {
    node.serial = 'M6212345A';
    node.userTag = 'USERTAG';
    const answer = ask(
      '04 F1 EC 71 63 00 6D 71 66 00 01 AE 01 20 CF 01 4D F0 01 7F 07 71 01 71 0A',
    );
    expect(answer).toMatch(/^02F1EC004D3632313233343541006D005553455254414700/);
    expect(answer).toMatch(/01AE0000CF42C80000F0076C6E2F6D696E20710A4E32(?:20){8}$/);
  });
});

describe('status replies', () => {
  it.each([
    ['an unknown process', '04 7E 21 7E 21', '000303'],
    ['an unknown parameter', '04 01 3E 01 3E', '000404'],
    ['another type than the parameter has', '04 01 01 01 01', '000504'],
    ['a read of what can only be written', '04 73 08 73 08', '001104'],
    ['a write of what can only be read', '01 01 00', '002200'],
    ['a write of what is read only', '01 21 40 3F 80 00 00', '000D02'],
    ['a value that is out of range', '01 01 21 FF FF', '000603'],
    ['a secured parameter', '01 01 4D 3F 80 00 00', '000603'],
    ['a command that nobody knows', '08 01 01', '000200'],
  ])('%s names what is wrong and the byte that it is about', (_what, message, answer) => {
    expect(ask(message)).toBe(answer);
  });

  it('point into the middle of a chain', () => {
    // The address of the second item of the request begins at byte 7.
    expect(ask('04 81 21 01 21 7E 21 7E 21')).toBe('000307');
    // The second item of the write is out of range: its value is at byte 6.
    expect(ask('01 01 A1 00 01 22 FF FF')).toBe('000606');
  });

  it('are not sent for a write without acknowledgement, which is carried out', () => {
    expect(ask('02 01 21 7D 00')).toBe('nothing');
    expect(ask('04 01 21 01 21')).toBe('0201217D00');
  });
});

describe('a chain', () => {
  it('of writes takes effect whole or not at all', () => {
    const refused = answerOf(node, bytes('01 01 A1 3E 80 22 FF FF'), 255);
    expect(refused.writes).toEqual([]);
    expect(ask('04 01 21 01 21')).toBe('0201210000');
    const done = answerOf(node, bytes('01 01 A1 3E 80 22 00 05'), 255);
    expect(done.writes).toEqual([
      { node: 3, process: 1, parameter: 1, value: 16_000 },
      { node: 3, process: 1, parameter: 2, value: 5 },
    ]);
  });

  it('may unlock, write and lock again, and a refusal in it leaves the instrument locked', () => {
    expect(ask('01 80 0A 40 81 4D 42 48 00 00 00 0A 52')).toBe('00000D');
    expect(node.first.capacity).toBe(50);
    expect(ask('01 80 0A 40 81 A1 FF FF 4D 42 48 00 00 00 0A 52')).toMatch(/^0006/);
    expect(node.initreset).toBe(82);
    // Locked again in the same message: what follows is refused.
    expect(ask('01 80 0A 40 80 0A 52 01 4D 42 C8 00 00')).toMatch(/^0006/);
    expect(node.first.capacity).toBe(50);
  });

  it('of reads answers all or one status', () => {
    expect(ask('04 01 A1 01 21 3E 01 3E')).toBe('000407');
  });

  it('whose answer fits into no message is refused, not cut', () => {
    const item = (last: boolean): string => `${last ? '6' : 'E'}6 71 66 C8`;
    expect(ask(`04 71 ${item(false)} ${item(true)}`)).toBe('001D00');
    expect(ask(`04 71 ${item(true)}`)).toMatch(/^027166C84D/);
  });

  it('that writes a text with a zero in it writes what is before the zero', () => {
    expect(ask('01 71 66 05 61 62 00 63 64')).toBe('000009');
    expect(ask('04 71 66 71 66 00')).toBe('02716600616200');
  });

  it('that ends in the middle of an item is a protocol error', () => {
    expect(ask('04 01 A1 01')).toBe('002200');
  });
});

describe('parameters', () => {
  it('answer each of those that people look at daily', () => {
    const daily = [
      ['0/0', '0/1', '0/3', '0/4', '0/10', '0/18', '1/0', '1/1', '1/2', '1/3', '1/4', '1/13'],
      ['1/14', '1/15', '1/16', '1/17', '1/20', '1/31', '33/0', '33/1', '33/3', '33/7', '33/8'],
      ['33/22', '33/31', '97/1', '97/2', '97/3', '97/6', '97/7', '97/9', '104/1', '104/2'],
      ['104/3', '104/7', '104/8', '113/1', '113/2', '113/3', '113/5', '113/6', '113/12'],
      ['113/22', '114/1'],
    ].flat();
    for (const address of daily) {
      const [process, parameter] = address.split('/').map(Number);
      const found = node.parameter(process ?? -1, parameter ?? -1);
      expect(typeof found, address).toBe('object');
    }
  });

  it('give setpoint and flow as one value in two scales', () => {
    ask('01 21 43 41 C8 00 00');
    expect(ask('04 01 21 01 21')).toBe('0201211F40');
    ask('01 01 21 7D 00');
    expect(ask('04 21 43 21 43')).toBe('02214342C80000');
  });

  it('refuse a flow beyond the range, and any where the range has no width', () => {
    expect(ask('01 21 43 43 48 00 00')).toMatch(/^0006/);
    expect(ask('01 21 43 7F C0 00 00')).toMatch(/^0006/);
    node.first.capacity = 0;
    expect(ask('01 21 43 00 00 00 00')).toMatch(/^0006/);
  });

  it('of a further channel are processes higher, and its own', () => {
    node = model({ channels: 2 });
    expect(ask('01 02 21 3E 80')).toBe('000005');
    expect(ask('04 02 21 02 21')).toBe('0202213E80');
    expect(ask('04 01 21 01 21')).toBe('0201210000');
    expect(ask('04 00 12 00 12')).toBe('02001202');
    expect(ask('04 03 21 03 21')).toMatch(/^0003/);
  });

  it('that are kept are written and read again, the locked ones only while unlocked', () => {
    const kept = [
      ['72 55', '41 20 00 00'],
      ['72 5E', '40 00 00 00'],
      ['7D 49', '00 00 96 00'],
      ['01 35', '12 34'],
      ['73 02', '05'],
    ];
    for (const [address = '', value = ''] of kept) {
      expect(ask(`01 ${address} ${value}`), address).toMatch(/^0006/);
    }
    ask('01 00 0A 40');
    for (const [address = '', value = ''] of kept) {
      expect(ask(`01 ${address} ${value}`), address).toMatch(/^0000/);
      expect(ask(`04 ${address} ${address}`)).toBe(`02${address}${value}`.replaceAll(' ', ''));
    }
    ask('01 00 0A 52');
    expect(ask('01 61 04 02')).toBe('000004');
    expect(ask('04 61 04 61 04')).toBe('02610402');
  });

  it('that are measured are what was written, once something was', () => {
    expect(ask('04 21 47 21 47')).toBe('02214741B00000');
    expect(ask('01 21 47 42 20 00 00')).toBe('000007');
    clock.jump(1_000);
    expect(ask('04 21 47 21 47')).toBe('02214742200000');
  });

  it('move the instrument to another address, that nobody has, when it is unlocked', () => {
    expect(ask('01 00 01 07')).toBe('000603');
    ask('01 00 0A 40');
    expect(ask('01 00 01 05')).toBe('000603');
    expect(ask('01 00 01 80')).toBe('000603');
    expect(ask('01 00 01 07')).toBe('000004');
    expect(node.address).toBe(7);
  });

  it('can all be read, one by one, however the flow trembles', () => {
    node = model({ noiseShare: 1 });
    node.first.loop.mode = 8;
    let count = 0;
    for (let process = 0; process < 128; process += 1) {
      for (let parameter = 0; parameter < 32; parameter += 1) {
        const found = node.parameter(process, parameter);
        if (typeof found === 'number' || found.get === undefined) continue;
        const type = wireTypeOf(found.type);
        const length = type === 0x60 ? [found.type === 'binary' ? 8 : 0] : [];
        const address = [process, parameter | type];
        const request = Uint8Array.from([4, ...address, ...address, ...length]);
        clock.jump(500);
        expect(answerOf(node, request, 255).data?.[0], `${process}/${parameter}`).toBe(2);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(120);
  });

  it('say that zeroing is over by the mode that they go back to', async () => {
    ask('01 00 0A 40');
    ask('01 01 04 09');
    expect(ask('01 73 01 09')).toBe('000004');
    expect(ask('04 01 04 01 04')).toBe('02010409');
    await clock.advance(5_000);
    expect(ask('04 01 04 01 04')).toBe('02010400');
    expect(ask('04 73 01 73 01')).toBe('02730100');
  });

  it('wink by a write to the identification, and count it', () => {
    expect(ask('01 00 60 00 39 00')).toBe('000006');
    expect(node.winks).toBe(1);
    expect(ask('04 00 60 00 60 00')).toBe('020060003753494D30303300');
  });

  it('are refused in a node that cannot be', () => {
    expect(() => model({ address: 0 })).toThrow(/address 0/);
    expect(() => model({ address: 128 })).toThrow(/address 128/);
    expect(() => model({ channels: 10 })).toThrow(/1 to 9/);
  });
});
