import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliBench } from './cli-bench.ts';
import { laboratory } from './laboratory.ts';

let bench: CliBench;
beforeAll(async () => {
  bench = await CliBench.withGateway(laboratory);
});
afterAll(async () => await bench[Symbol.asyncDispose]());

/** What goes wrong, the code, the exit code, and what the two lines say. */
const mistakes: readonly [string, readonly string[], string, number, RegExp][] = [
  [
    'an unknown instrument',
    ['read', 'nitrgen', 'setpoint'],
    'NOT_FOUND',
    2,
    /did you mean nitrogen\?/,
  ],
  [
    'an unknown parameter',
    ['read', 'nitrogen', 'setpont'],
    'NOT_FOUND',
    2,
    /did you mean setpoint/,
  ],
  [
    'an unknown parameter to set',
    ['set', 'nitrogen', 'setpont', '1'],
    'NOT_FOUND',
    2,
    /did you mean setpoint[^]*read nitrogen --list/,
  ],
  ['an unknown port', ['stats', 'buss'], 'NOT_FOUND', 2, /did you mean bus\?/],
  [
    'something unknown to lock',
    ['lock', 'nitrgen'],
    'NOT_FOUND',
    2,
    /no port or instrument 'nitrgen'; did you mean nitrogen/,
  ],
  [
    'a value out of range',
    ['set', 'nitrogen', 'setpoint', '99999'],
    'VALUE_OUT_OF_RANGE',
    2,
    /0 to 32767/,
  ],
  [
    'a negative value',
    ['set', 'nitrogen', 'setpoint', '-5'],
    'VALUE_OUT_OF_RANGE',
    2,
    /-5 is outside/,
  ],
  [
    'a value of the wrong type',
    ['set', 'nitrogen', 'setpoint', 'high'],
    'VALUE_INVALID',
    2,
    /is a number, not 'high'/,
  ],
  ['a secured parameter', ['set', 'nitrogen', 'capacity', '5'], 'SECURED', 2, /--unlock/],
  [
    'a message to one without messages',
    ['query', 'nitrogen', '*IDN?'],
    'BAD_ARGUMENT',
    2,
    /takes no messages/,
  ],
  ['a watch of nothing', ['watch', 'nitrogen'], 'BAD_ARGUMENT', 2, /INSTRUMENT\.PARAMETER/],
  [
    'an unknown command',
    ['raed'],
    'BAD_ARGUMENT',
    2,
    /unknown command 'raed'; did you mean read\?[^]*signalbox --help/,
  ],
  [
    'an unknown option',
    ['read', 'nitrogen', '--colour'],
    'BAD_ARGUMENT',
    2,
    /unknown option '--colour'[^]*signalbox read --help/,
  ],
  [
    'a missing argument',
    ['set', 'nitrogen'],
    'BAD_ARGUMENT',
    2,
    /missing required argument 'parameter'/,
  ],
  [
    'a time that is none',
    ['watch', 'nitrogen.setpoint', '--every', 'often'],
    'BAD_ARGUMENT',
    2,
    /like 500ms, 2s or 5min/,
  ],
  [
    'a count that is none',
    ['watch', 'nitrogen.setpoint', '--count', '0'],
    'BAD_ARGUMENT',
    2,
    /whole number from 1 on/,
  ],
  [
    'a priority that is none',
    ['read', 'nitrogen', 'setpoint', '--priority', 'high'],
    'BAD_ARGUMENT',
    2,
    /safety, interactive, poll/,
  ],
  ['a room without a level', ['log-level', 'ports'], 'BAD_ARGUMENT', 2, /no level is given/],
  ['a level that is none', ['log-level', 'ports', 'loud'], 'BAD_ARGUMENT', 2, /trace, debug, info/],
  [
    'a room that is none',
    ['log-level', 'cellar', 'debug'],
    'NOT_FOUND',
    2,
    /gateway, ports, leases/,
  ],
  ['a lease that is none', ['lock', '--break', 'bus-999'], 'NOT_FOUND', 2, /bus-999/],
  [
    'no gateway',
    ['status', '--url', 'http://127.0.0.1:9'],
    'GATEWAY_UNREACHABLE',
    6,
    /127\.0\.0\.1:9 does not answer[^]*signalbox start/,
  ],
  [
    'an address that is none',
    ['status', '--url', 'lab'],
    'BAD_ARGUMENT',
    2,
    /http:\/\/127\.0\.0\.1:5001/,
  ],
  [
    'a gateway of another name',
    ['status', '--name', 'bensch'],
    'NOT_FOUND',
    2,
    /did you mean bench\?/,
  ],
  [
    'a file that is not there',
    ['start', 'nothing.toml'],
    'CONFIG_UNREADABLE',
    2,
    /nothing\.toml does not exist/,
  ],
  ['a file without simulators', ['simulate', 'bare.toml'], 'BAD_ARGUMENT', 2, /no \[simulators\]/],
  [
    'a gateway that runs already',
    ['start', 'lab.toml'],
    'ALREADY_RUNNING',
    2,
    /'bench' runs already \(pid \d+\)[^]*signalbox stop/,
  ],
];

describe('a command', () => {
  it.each(mistakes)(
    'answers %s with code, next step and exit code, to people and to programs',
    async (_what, words, code, exitCode, said) => {
      await bench.write('bare.toml', '[gateway]\nname = "bare"\n');
      const [forPeople, forPrograms] = await Promise.all([
        bench.run(words),
        bench.run([...words, '--json']),
      ]);
      expect(forPeople).toMatchObject({ code: exitCode, output: '' });
      expect(forPeople.errors).toMatch(said);
      expect(forPeople.errors).toMatch(new RegExp(`^signalbox: .* \\[${code}\\]\\n {2}\\S.*\\n$`));
      expect(forPrograms).toMatchObject({ code: exitCode, errors: '' });
      const { error } = JSON.parse(forPrograms.output) as { error: Record<string, string> };
      expect(error).toMatchObject({ code });
      expect(`${error['message']}\n${error['nextStep']}`).toMatch(said);
    },
  );

  it('gives what it could read, and the code of what it could not', async () => {
    const words = ['read', 'nitrogen', 'setpoint', 'nonsense', 'userTag'];
    const { code, output, errors } = await bench.run(words);
    expect(code).toBe(2);
    expect(output).toBe('nitrogen setpoint: 0\nnitrogen userTag: nitrogen\n');
    expect(errors).toContain("no parameter 'nonsense'");
  });

  it('waits no longer than it was told, and says who holds the port', async () => {
    await using holder = bench.begin(['lock', 'bus']);
    await holder.says(/is yours/);
    const words = ['read', 'nitrogen', 'setpoint', '--wait', '200ms'];
    const { code, errors } = await bench.run(words);
    expect(code).toBe(2);
    expect(errors).toMatch(/held by signalbox \(pid \d+.*\[WAIT_TIMEOUT\]/);
    expect((await bench.run(['lock', '--list'])).output).toMatch(/all of it .*signalbox \(pid \d+/);
  });

  it('says that a gateway which has stopped in the middle does not answer', async () => {
    const { pid } = (await bench.json(['status'])) as { pid: number };
    process.kill(pid, 'SIGSTOP');
    try {
      const { code, errors } = await bench.run(['status']);
      expect(code).toBe(6);
      expect(errors).toMatch(/did not answer within \d+ ms \[GATEWAY_UNREACHABLE\]/);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect((await bench.run(['status'])).code).toBe(0);
  });
});
