import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weekdaysOf } from '../../src/cli/weekdays.ts';
import { CliBench } from './cli-bench.ts';

describe('the days of a week', () => {
  const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
  it.each([
    ['mon-fri', weekdays],
    ['weekdays', weekdays],
    ['weekend', ['saturday', 'sunday']],
    ['sun,sat', ['saturday', 'sunday']],
    ['daily', [...weekdays, 'saturday', 'sunday']],
    ['Fri - Mon', ['monday', 'friday', 'saturday', 'sunday']],
    ['tuesday', ['tuesday']],
    ['weekend,wed', ['wednesday', 'saturday', 'sunday']],
    ['once', []],
  ])('%s', (text, days) => {
    expect(weekdaysOf(text)).toEqual(days);
  });

  it.each(['', 'm', 'mo-fr-su', 'someday', 'mon..fri', 'constructor', '1'])(
    '%s is refused with what can be said',
    (text) => {
      expect(() => weekdaysOf(text)).toThrow('mon-fri');
    },
  );
});

describe('alarms on the command line', () => {
  const laboratory = `# of the night shift
[simulators.spotify]
kind = "spotify"
[ports.spotify]
simulator = "spotify"
protocol = "http"
[instruments.music]
port = "spotify"
driver = "spotify"
clientId = "client"
[schedules]
timeZone = "UTC"
`;
  const playlist = 'https://open.spotify.com/playlist/37i9dQZF1DX0SIMULATED1?si=abc';
  let bench: CliBench;
  beforeAll(async () => {
    bench = await CliBench.open();
    await bench.start(laboratory);
  });
  afterAll(async () => await bench[Symbol.asyncDispose]());

  it('are added, changed and taken away, each with the way back', async () => {
    const words = ['--time', '6:30', '--weekdays', 'mon-fri', '--playlist', playlist];
    const added = await bench.run(['alarm', 'add', 'wake', ...words, '--fade-in', '120']);
    expect(added.errors).toBe('');
    expect(added.output).toMatch(/alarm wake rings next at \d{4}-\d{2}-\d{2}T06:30\+00:00/);
    const undo = /undo: signalbox (config rollback \d+)/.exec(added.output)?.[1] ?? '';

    const twice = await bench.run(['alarm', 'add', 'wake', ...words]);
    expect([twice.code, twice.errors]).toEqual([2, expect.stringContaining('alarm edit wake')]);

    const edited = await bench.run(['alarm', 'edit', 'wake', '--no-fade-in', '--volume', '25']);
    expect(edited.output).toContain('undo: signalbox config rollback');
    const shown = await bench.run(['config', 'get', 'alarms.wake', '--json']);
    expect(shown.output).toContain('"fadeInS":120');
    expect(shown.output).toMatch(/"fadeIn":false/);

    const removed = await bench.run(['alarm', 'remove', 'wake']);
    expect(removed.output).toContain('alarm wake is gone');
    expect((await bench.run(['alarm', 'next', 'wake'])).code).not.toBe(0);
    expect((await bench.run(undo.split(' '))).code).toBe(0);
    expect((await bench.run(['alarm'])).output).toContain('there are no alarms');
  });

  it('say what is missing or wrong, before anything is changed', async () => {
    const none = await bench.run(['alarm', 'add', 'late', '--weekdays', 'daily']);
    expect(none.errors).toContain('needs --time 06:30 and --playlist spotify:playlist:…');
    const noTime = await bench.run(['alarm', 'add', 'late', '--time', '25:00']);
    expect(noTime.errors).toContain('a time of the day: 06:30');
    expect(noTime.errors).toContain('See `signalbox alarm add --help`');
    const action = await bench.run(['alarm', 'ad']);
    expect(action.errors).toMatch(/alarm has no action 'ad'; did you mean add/);
    const nonsense = await bench.run(['alarm', 'wobble']);
    expect(nonsense.errors).toContain("alarm has no action 'wobble'; it has list, next,");
    const unknown = await bench.run(['alarm', 'edit', 'wake', '--volume', '25']);
    expect(unknown.errors).toContain("there is no alarm 'wake'");
    const silent = await bench.run(['alarm', 'sleep', 'musik', '30']);
    expect(silent.errors).toContain('did you mean music?');
  });

  it('let a player fall silent, and play on', async () => {
    const wrong = await bench.run(['alarm', 'sleep', 'music', '241']);
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.errors).toContain('whole minutes from 1 to 240, or off');
    const begun = await bench.run(['alarm', 'sleep', 'music', '45']);
    expect(begun.output).toMatch(/music is silent at \d{2}:\d{2}/);
    expect((await bench.run(['alarm', 'sleep'])).output).toMatch(/^PLAYER[^]*music/);
    expect((await bench.run(['alarm', 'sleep', 'music', 'off'])).output).toContain('plays on');
    expect((await bench.run(['alarm', 'sleep'])).output).toContain('no player has a sleep timer');
  });
});
