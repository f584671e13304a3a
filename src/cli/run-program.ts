import { CommanderError } from 'commander';
import { asSignalboxError, SignalboxError } from '../kernel/index.ts';
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
    sayError(isParser ? argumentError(error, commandOf(words)) : asSignalboxError(error), isJson);
  }

  function commandOf(given: readonly string[]): string {
    const names = program.commands.map((command) => command.name());
    return given.find((word) => names.includes(word)) ?? '';
  }
}

function argumentError({ message }: CommanderError, command: string): SignalboxError {
  const [first = '', ...hints] = message.replace(/^error: /, '').split('\n');
  const hint = hints.map((each) => each.replaceAll(/[()]/g, '').toLowerCase()).join(' ');
  const text = hint === '' ? first : `${first}; ${hint}`;
  return new SignalboxError('BAD_ARGUMENT', text, {
    nextStep: `See \`signalbox ${command === '' ? '' : `${command} `}--help\`.`,
  });
}

/** What follows `--` belongs to another command. */
function beforeCommandOfLock(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--');
  return at < 0 ? words : words.slice(0, at);
}
