import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { asSignalboxError, didYouMean, SignalboxError } from '../kernel/index.ts';
import { sayError } from './output.ts';
import { createProgram } from './program.ts';

/** Does what the command line says. Never throws: the exit code says how it went. */
export async function runProgram(words: readonly string[]): Promise<void> {
  const program = createProgram();
  if (words.length === 0) {
    program.outputHelp();
    return;
  }
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    const isParser = error instanceof CommanderError;
    if (isParser && error.exitCode === 0) return;
    const isJson = beforeCommandOfLock(words).includes('--json');
    sayError(isParser ? argumentError(error, program, words) : asSignalboxError(error), isJson);
  }
}

function argumentError(
  { code, message }: CommanderError,
  program: Command,
  words: readonly string[],
): SignalboxError {
  const command = commandNamed(program, words);
  const action = command && commandNamed(command, words.slice(words.indexOf(command.name()) + 1));
  const named = [command, action].flatMap((each) => (each === undefined ? [] : [each.name()]));
  const help = ['signalbox', ...named, '--help'].join(' ');
  const nextStep = `See \`${help}\`.`;
  const actions = command?.commands.map((each) => each.name()) ?? [];
  if (code === 'commander.excessArguments' && actions.length > 0 && action === undefined) {
    const after = words.slice(words.indexOf(command?.name() ?? '') + 1);
    const wanted = after.find((word) => !word.startsWith('-')) ?? '';
    const hint = didYouMean(wanted, actions) || `; it has ${actions.join(', ')}`;
    const text = `${command?.name()} has no action '${wanted}'${hint}`;
    return new SignalboxError('BAD_ARGUMENT', text, { nextStep });
  }
  const [first = '', ...hints] = message.replace(/^error: /, '').split('\n');
  const hint = hints.map((each) => each.replaceAll(/[()]/g, '').toLowerCase()).join(' ');
  const text = hint === '' ? withMeantChoice(first) : `${first}; ${hint}`;
  return new SignalboxError('BAD_ARGUMENT', text, {
    nextStep,
  });
}

/** commander names the choices, but not the one that was meant. */
function withMeantChoice(message: string): string {
  const found = /value '(.*)' is invalid for .* Allowed choices are (.*)\.$/.exec(message);
  if (found === null) return message;
  const hint = didYouMean(found[1] ?? '', (found[2] ?? '').split(', '));
  return hint === '' ? message : message.replace(/\.$/, hint);
}

function commandNamed(parent: Command, words: readonly string[]): Command | undefined {
  const word = words.find((each) => parent.commands.some((command) => command.name() === each));
  return parent.commands.find((command) => command.name() === word);
}

/** What follows `--` belongs to another command. */
function beforeCommandOfLock(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--');
  return at < 0 ? words : words.slice(0, at);
}
