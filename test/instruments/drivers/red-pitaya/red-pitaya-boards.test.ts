import { expect, it } from 'vitest';
import { boardOfCommand, RedPitayaBoards } from '../../../../src/instruments/index.ts';
import type { RedPitayaWay } from '../../../../src/instruments/index.ts';

const host = '192.168.1.100';

function request(way: RedPitayaWay, holder: string = way): Parameters<RedPitayaBoards['claim']>[0] {
  return { host, way, holder };
}

it.each<[RedPitayaWay, RedPitayaWay, boolean]>([
  ['pyrpl', 'scpi', false],
  ['scpi', 'pyrpl', false],
  ['pyrpl', 'pyrpl', false],
  ['scpi', 'scpi', true],
])('a board in use by %s is given to %s: %s', (first, second, isGiven) => {
  const boards = new RedPitayaBoards();
  boards.claim(request(first, 'the first'));
  const claim = (): unknown => boards.claim(request(second));
  if (isGiven) expect(claim).not.toThrow();
  else {
    expect(claim).toThrow(
      expect.objectContaining({
        code: 'LEASE_HELD',
        details: { host, way: second, holder: 'the first', heldBy: first },
      }),
    );
  }
});

it('a board is free when all have let it go, however often they do', () => {
  const boards = new RedPitayaBoards();
  const one = boards.claim(request('scpi'));
  const other = boards.claim(request('scpi'));
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  expect(() => boards.claim(request('pyrpl'))).toThrow(/LEASE_HELD|cannot have/);
  other[Symbol.dispose]();
  expect(boards.claim(request('pyrpl')).host).toBe(host);
  expect(boards.holders(host)).toHaveLength(1);
});

it('boards do not know each other', () => {
  const boards = new RedPitayaBoards();
  boards.claim(request('pyrpl'));
  expect(() => boards.claim({ ...request('scpi'), host: '192.168.1.101' })).not.toThrow();
});

it.each([
  [['python3', '-m', 'signalbox.red_pitaya', '--hostname', 'rp'], 'rp'],
  [['python3', '-m', 'signalbox.red_pitaya', '--port=2222', '--hostname=rp'], 'rp'],
  [['python3', '-m', 'signalbox.red_pitaya', '--hostname', 'rp', '--mock'], undefined],
  [['python3', '-m', 'signalbox.red_pitaya', '--hostname'], undefined],
  [['python3', '-m', 'signalbox.worker', 'signalbox.red_pitaya'], undefined],
])('the command %j is for the board %s', (command, board) => {
  expect(boardOfCommand(command)).toBe(board);
});
