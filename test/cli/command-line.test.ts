import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { createProgram } from '../../src/cli/program.ts';
import { root } from '../architecture/sources.ts';

const page = readFileSync(join(root, 'docs/reference/command-line.md'), 'utf8');
const program = createProgram();
const help = program.createHelp();
const commands = help.visibleCommands(program).filter((each) => each.name() !== 'help');

/** Rows of the page's tables: the first cell, and the others as one text. */
const rows = [...page.matchAll(/^\| `?([^|]*?)`? \| (.*) \|$/gm)].map(
  ([, first = '', rest = '']) => ({ first, rest }),
);

describe('the reference page of the command line', () => {
  it('has every command, and no other', () => {
    const documented = rows
      .filter(({ rest }) => rest.split(' | ').length === 2)
      .flatMap(({ first }) => /^([a-z-]+)\b/.exec(first)?.[1] ?? [])
      .filter((name) => name !== 'command');
    expect(documented.sort()).toEqual(commands.map((each) => each.name()).sort());
  });

  it.each(commands.map((command) => [command.name(), command] as const))(
    'has every option of %s, and no other',
    (name, command) => {
      const row = rows.find(({ first }) => first === name || first.startsWith(`${name} `));
      const request = /^Those of a request: ([^]*?)\n\n/m.exec(page)?.[1] ?? '';
      const text = row?.rest.replace('those of a request', request) ?? '';
      const documented = new Set(
        [...text.matchAll(/`(--?[a-z][a-z-]*)/g)].map(([, flag = '']) => flag),
      );
      expect([...documented].sort()).toEqual(flagsOf(command));
    },
  );

  it('has every exit code, and no other', () => {
    const documented = rows.flatMap(({ first }) => (/^\d+$/.test(first) ? Number(first) : []));
    expect(documented).toEqual(Object.values(exitCodes));
  });

  it('says for every command what its JSON is', () => {
    const section = page.slice(page.indexOf('## Output for programs'));
    const documented = [...section.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name),
    );
    const speaking = commands.map((each) => each.name()).filter((name) => name !== 'completion');
    expect(documented.sort()).toEqual(speaking.sort());
  });
});

describe('the help of', () => {
  it.each(commands.map((command) => [command.name(), command] as const))(
    '%s has examples that the command understands, and --json',
    (name, command) => {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part) });
      command.outputHelp();
      const examples = [...text.matchAll(/^ {2}\$ signalbox (.*)$/gm)].map(
        ([, words = '']) => words,
      );
      expect(examples).not.toEqual([]);
      expect(text).toContain('--json');
      for (const example of examples) {
        expect(() => parsed(example), example).not.toThrow();
        expect(example.split(' ')[0]).toBe(name);
      }
    },
  );
});

/** Those of this command: each but `--help` and `--json`, which all have. */
function flagsOf(command: Command): string[] {
  return help
    .visibleOptions(command)
    .flatMap(({ short, long }) => [short, long])
    .filter((flag) => flag !== undefined)
    .filter((flag) => !['--json', '--help', '-h'].includes(flag))
    .sort();
}

/** Parses a command line without doing what it says. */
function parsed(line: string): void {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
    .map(([, double, single, plain]) => double ?? single ?? plain ?? '')
    .filter(
      (_, index, all) =>
        !all.slice(0, index + 1).includes('>') && !all.slice(0, index + 1).includes('>>'),
    );
  const fresh = createProgram();
  for (const command of fresh.commands) command.action(() => {});
  fresh.parse(words, { from: 'user' });
}
