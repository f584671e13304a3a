import type { Argument, Command, Option } from 'commander';
import type { LiveNames } from './live-names.ts';

/** Something that may come next on a command line. */
export interface Candidate {
  readonly text: string;
  readonly description: string;
}

/** What may come next: words, or any file. */
export type Candidates = readonly Candidate[] | 'files';

/**
 * What may come next on a command line.
 * @param words what is written after `signalbox`; the last one, often empty, is to be completed
 */
export async function candidatesFor(
  program: Command,
  words: readonly string[],
  names: LiveNames,
): Promise<Candidates> {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const at = before.findIndex((word) => !word.startsWith('-'));
  const first = program.commands.find((each) => each.name() === before[at]);
  if (first === undefined) {
    return at < 0 ? matching([...commandsOf(program), ...optionsOf(program, before)], current) : [];
  }
  const { command, path, rest } = commandIn(first, before.slice(at + 1));
  if (command.commands.length > 0) {
    const isFirst = rest.every((word) => word.startsWith('-'));
    return isFirst ? matching([...commandsOf(command), ...optionsOf(command, rest)], current) : [];
  }
  // What follows belongs to another command, which its own completion knows better.
  if (rest.includes('--')) return 'files';
  const valued = optionOf(command, rest.at(-1));
  if (valued !== undefined) return await valuesOf(valued, names, current);
  if (current.startsWith('-')) return matching(optionsOf(command, rest), current);
  const positionals = positionalsIn(command, rest);
  const argument = argumentAt(command, positionals.length);
  if (argument === undefined) return [];
  const place = { command: path, argument: argument.name(), positionals, current };
  const found = await names.of(place);
  return found === 'files' ? found : matching(found, current);
}

/** The command that is meant, which may be one of another's: `alarm stop`. */
function commandIn(
  first: Command,
  words: readonly string[],
): { readonly command: Command; readonly path: string; readonly rest: readonly string[] } {
  let command = first;
  let path = first.name();
  let rest = words;
  while (rest[0] !== undefined) {
    const next = command.commands.find((each) => each.name() === rest[0]);
    if (next === undefined) break;
    command = next;
    path += ` ${next.name()}`;
    rest = rest.slice(1);
  }
  return { command, path, rest };
}

function commandsOf(program: Command): Candidate[] {
  // Of commander, help tells hidden commands from the others.
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({ text: command.name(), description: command.description() }));
}

/** Those that are not written yet. */
function optionsOf(command: Command, written: readonly string[]): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long, short }) => !written.includes(long ?? '') && !written.includes(short ?? ''))
    .map(({ long, short, description }) => ({ text: long ?? short ?? '', description }));
}

/** The option that the last word is, when a value has to follow it. */
function optionOf(command: Command, word: string | undefined): Option | undefined {
  if (word === undefined || !word.startsWith('-')) return undefined;
  return command.options.find(
    (each) => each.required && (each.long === word || each.short === word),
  );
}

async function valuesOf(option: Option, names: LiveNames, current: string): Promise<Candidates> {
  const choices = option.argChoices?.map((text) => ({ text, description: '' }));
  const found = choices ?? (await names.ofOption(option.attributeName()));
  return found === 'files' ? found : matching(found, current);
}

/** The words that are neither options nor their values. */
function positionalsIn(command: Command, words: readonly string[]): string[] {
  return words.filter(
    (word, index) => !word.startsWith('-') && optionOf(command, words[index - 1]) === undefined,
  );
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const all = command.registeredArguments;
  const last = all.at(-1);
  return all[index] ?? (last?.variadic === true ? last : undefined);
}

function matching(all: readonly Candidate[], current: string): Candidate[] {
  const wanted = current.toLowerCase();
  return all.filter(({ text }) => text.toLowerCase().startsWith(wanted));
}
