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
const commands = leavesOf(program);

/** Rows of the page's tables: the first cell, and the others as one text. */
const rows = [...page.matchAll(/^\| `?([^|]*?)`? \| (.*) \|$/gm)].map(
  // What two commands have in common is in one row: `alarm next NAME`, `job next NAME`.
  ([, first = '', rest = '']) => ({ names: first.split('`, `').map(nameIn), first, rest }),
);

describe('the reference page of the command line', () => {
  it('has every command, and no other', () => {
    const documented = rows
      .filter(({ rest }) => rest.split(' | ').length === 2)
      .flatMap(({ names }) => names)
      .filter((name) => name !== 'command' && name !== '');
    expect(documented.sort()).toEqual(commands.map(([name]) => name).sort());
  });

  it.each(commands)('has every option of %s, and no other', (name, command) => {
    const row = rows.find(({ names }) => names.includes(name));
    const request = /^Those of a request: ([^]*?)\n\n/m.exec(page)?.[1] ?? '';
    const text = row?.rest.replace('those of a request', request) ?? '';
    const documented = new Set(
      [...text.matchAll(/`(--?[a-z][a-z-]*)/g)].map(([, flag = '']) => flag),
    );
    expect([...documented].sort()).toEqual(flagsOf(command));
  });

  it('has every exit code, and no other', () => {
    const documented = rows.flatMap(({ first }) => (/^\d+$/.test(first) ? Number(first) : []));
    expect(documented).toEqual(Object.values(exitCodes));
  });

  it('says for every command what its JSON is', () => {
    const section = page.slice(page.indexOf('## Output for programs'));
    const documented = [...section.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z -]+)`/g)].map(([, name = '']) => name),
    );
    const speaking = commands.map(([name]) => name).filter((name) => name !== 'completion');
    expect(documented.sort()).toEqual(speaking.sort());
  });
});

describe('the help of', () => {
  it.each(commands)('%s has examples that the command understands, and --json', (name, command) => {
    let text = '';
    command.configureOutput({ writeOut: (part) => (text += part) });
    command.outputHelp();
    const examples = [...text.matchAll(/^ {2}\$ signalbox (.*)$/gm)].map(([, words = '']) => words);
    expect(examples).not.toEqual([]);
    expect(text).toContain('--json');
    for (const example of examples) {
      expect(() => parsed(example), example).not.toThrow();
      expect(`${example} `).toContain(`${name} `);
    }
  });
});

/** All that can be run, with their names: `read`, and `alarm stop` of a command that has commands. */
function leavesOf(parent: Command, above = ''): (readonly [name: string, command: Command])[] {
  return help
    .visibleCommands(parent)
    .filter((each) => each.name() !== 'help')
    .flatMap((each) => {
      const name = above + each.name();
      return each.commands.length === 0 ? [[name, each] as const] : leavesOf(each, `${name} `);
    });
}

/** The words of a command before what it takes. */
function nameIn(text: string): string {
  return /^[a-z-]+(?: [a-z-]+)*/.exec(text)?.[0] ?? '';
}

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
  for (const [, command] of leavesOf(fresh)) command.action(() => {});
  fresh.parse(words, { from: 'user' });
}
