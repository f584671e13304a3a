import { parse } from '@decimalturn/toml-patch';
import { describe, expect, test } from 'vitest';
import { TomlFile } from '../../../src/config/toml/toml-file.ts';
import { isSame, withValue } from '../../../src/config/store/table.ts';
import type { Table } from '../../../src/config/store/table.ts';
import { count } from '../../support/count.ts';
import { randomFrom } from '../../support/random.ts';

const text = `# The laboratory.
# Ask before you change it.

title = "lab" # as people call it

# the cellar
[ports.bus]
serial = '/dev/ttyUSB0' # the long cable
baudRate = 38_400
timeouts = [ 10, # first
  20, # then
]

[ports.bus.options] # rarely needed
trace = false

# upstairs
[ports.lan]
tcp = "192.0.2.1:5025"
gap = { before = 1, after = 0x02 }
factor = 1.0

[[alarms]]
# Monday
time = "06:00"

[[alarms]]
time = "07:00" # others
days = [1, 2]
`;

function edited(before: string, ...edits: readonly (readonly [string, unknown])[]): string {
  const file = TomlFile.parse(before, 'lab.toml');
  let { value } = file;
  for (const [path, next] of edits) {
    value = withValue(value, { path: path.split('.'), value: next }) as Table;
  }
  const after = file.edit(value).file;
  expect(parse(after.text), after.text).toEqual(value);
  expect(after.value).toEqual(value);
  return after.text;
}

describe('an edit', () => {
  test.each([
    ['title', 'hall', 'title = "lab"', 'title = "hall"'],
    ['ports.bus.serial', '/dev/ttyS1', `'/dev/ttyUSB0'`, '"/dev/ttyS1"'],
    ['ports.bus.baudRate', 9600, '38_400', '9600'],
    ['ports.bus.options.trace', true, 'trace = false', 'trace = true'],
    ['ports.lan.factor', 2, '1.0', '2.0'],
    ['alarms.1.time', '08:00', '"07:00"', '"08:00"'],
    ['alarms.0.time', '08:00', '"06:00"', '"08:00"'],
    ['ports.lan.gap.after', 3, '0x02', '0x3'],
    ['alarms.1.days', [1, 3], '[1, 2]', '[1, 3]'],
  ])('of %s changes that value and nothing else', (path, value, from, to) => {
    expect(edited(text, [path, value])).toBe(text.replace(from, to));
  });

  test('of a list over several lines keeps its comments', () => {
    expect(edited(text, ['ports.bus.timeouts', [10, 25]])).toBe(text.replace('20, #', '25, #'));
  });

  test('puts a new key behind the last one of its table', () => {
    expect(edited(text, ['ports.lan.retries', 3])).toBe(
      text.replace('factor = 1.0\n', 'factor = 1.0\nretries = 3\n'),
    );
  });

  test('puts a new table behind its neighbours', () => {
    expect(edited(text, ['ports.new', { tcp: 'a:1', deep: { x: 1 } }])).toBe(
      text.replace(
        'factor = 1.0\n',
        'factor = 1.0\n\n[ports.new]\ntcp = "a:1"\ndeep = { x = 1 }\n',
      ),
    );
  });

  test('puts a new table of a new kind at the end', () => {
    expect(edited(text, ['http', { port: 80 }])).toBe(`${text}\n[http]\nport = 80\n`);
  });

  test('puts the first key of all below the title', () => {
    expect(edited('# title\n\n# of a\n[a]\n', ['x', 1])).toBe('# title\n\nx = 1\n\n# of a\n[a]\n');
    expect(edited('# of a\n[a]\n', ['x', 1])).toBe(
      'x = 1\n\n# of a\n[a]\n'.replace('# of a\n[a]', '# of a\n[a]'),
    );
    expect(edited('', ['x', 1])).toBe('x = 1\n');
  });

  test('takes a key away with its comments', () => {
    expect(edited(text, ['title', undefined])).toBe(
      text.replace('title = "lab" # as people call it\n', ''),
    );
    expect(edited(text, ['ports.bus', undefined])).toBe(
      text.replace(/# the cellar[^]*trace = false\n\n/, ''),
    );
  });

  test('says which comments went', () => {
    const file = TomlFile.parse(text, 'lab.toml');
    const value = withValue(file.value, { path: ['ports', 'bus'], value: undefined }) as Table;
    expect(file.edit(value).removedComments).toEqual([
      '# the cellar',
      '# the long cable',
      '# first',
      '# then',
      '# rarely needed',
    ]);
  });

  test('adds and takes away elements of a list of tables', () => {
    expect(edited(text, ['alarms.2', { time: '09:00' }])).toBe(
      `${text}\n[[alarms]]\ntime = "09:00"\n`,
    );
    expect(edited(text, ['alarms.0', undefined])).toBe(
      text.replace('[[alarms]]\n# Monday\ntime = "06:00"\n\n', ''),
    );
  });

  test('keeps the line ends of the file', () => {
    expect(edited('a = 1\r\n[b]\r\nc = 2\r\n', ['b.d', 3], ['e', { f: 1 }])).toBe(
      'a = 1\r\n[b]\r\nc = 2\r\nd = 3\r\n\r\n[e]\r\nf = 1\r\n',
    );
  });

  test('goes into dotted keys, and tables that are there by their inner tables alone', () => {
    expect(edited('a.b = 1 # x\n', ['a.c', 2])).toBe('a.b = 1 # x\na.c = 2\n');
    expect(edited('[a.b]\nc = 1\n', ['a.d', 2])).toBe('[a]\nd = 2\n\n[a.b]\nc = 1\n');
    expect(edited('["12"."a b"]\nc = 1\n', ['12.x', { d: 2 }])).toBe(
      '["12"."a b"]\nc = 1\n\n[12.x]\nd = 2\n',
    );
  });
});

test('any edits read back exactly, keep every comment of what stays, and can follow each other', () => {
  const random = randomFrom(5);
  const pick = <Each>(list: readonly Each[]): Each =>
    list[Math.floor(random() * list.length)] as Each;
  const scalar = (): unknown =>
    pick<() => unknown>([
      () => Math.floor(random() * 1e6) - 5e5,
      () => random() * 1e3,
      () => pick(['', 'a "b"', 'line\nline', 'ümläut', "it's", '# no comment', '\u007F\u0001']),
      () => random() < 0.5,
      () => [1, 'a', [2]],
      () => [],
      () => ({}),
      () => ({ x: 1, 'y z': { q: [] } }),
      () => [{ n: 1 }, { n: 2, m: { o: 1 } }],
    ])();
  const runs = count(2_000);
  let edits = 0;
  for (let run = 0; run < runs; run += 1) {
    let file = TomlFile.parse(text, 'lab.toml');
    for (let step = 0; step < 6; step += 1) {
      const path: string[] = [];
      let at: unknown = file.value;
      do {
        const names: readonly string[] = Object.keys(at as object);
        const name =
          random() < 0.25 || names.length === 0 ? pick(['new', 'x.y', '12', 'bus']) : pick(names);
        if (Array.isArray(at) && !/^\d+$/.test(name)) break;
        if (Array.isArray(at) && Number(name) > at.length) break;
        path.push(name);
        at = (at as Table)[name];
      } while (typeof at === 'object' && at !== null && random() < 0.7);
      if (path.length === 0) continue;
      const value = withValue(file.value, {
        path,
        value: random() < 0.3 ? undefined : scalar(),
      }) as Table;
      const { file: after, removedComments } = file.edit(value);
      edits += 1;
      const read = parse(after.text) as Table;
      expect(isSame(read, value), `${path.join('.')}\n${file.text}\n=>\n${after.text}`).toBe(true);
      const before = comments(file.text).toSorted();
      expect([...comments(after.text), ...removedComments].toSorted()).toEqual(before);
      file = after;
    }
  }
  expect(edits).toBeGreaterThan(runs);
});

/** What is left of a text without its strings shows its comments. */
function comments(toml: string): string[] {
  const bare = toml.replaceAll(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/g, '""');
  return [...bare.matchAll(/#[^\n]*/g)].map(([raw]) => raw);
}

test.each([
  ['a table', '[ports.bus]\ngap = 1\n["__proto__"]\nb = 5\n', 3],
  ['a key', 'a = 1\n__proto__ = { b = 5 }\n', 2],
  ['a key within', '[ports]\nbus = { "__proto__" = { b = 5 } }\n', 2],
  ['a part of a key', '[ports.bus]\n__proto__.b = 5\n', 2],
  ['a table of a list', '[[alarms]]\n"__proto__" = { b = 5 }\n', 2],
])('what sets the prototype of tables is refused: %s', (_, bad, line) => {
  expect(() => TomlFile.parse(bad, 'lab.toml')).toThrow(
    `lab.toml:${line}: __proto__ is no key of a configuration`,
  );
});
