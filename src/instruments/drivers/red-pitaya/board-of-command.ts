const module = 'signalbox.red_pitaya';

/** The board that a command of the PyRPL worker is for; undefined for another command, or a computed board. */
export function boardOfCommand(command: readonly string[]): string | undefined {
  const at = command.indexOf(module);
  if (at < 1 || command[at - 1] !== '-m') return undefined;
  const args = command.slice(at + 1);
  if (args.includes('--mock')) return undefined;
  const index = args.findIndex((arg) => /^--hostname(?:=|$)/.test(arg));
  const [, joined] = /^--hostname=(.+)$/.exec(args[index] ?? '') ?? [];
  return joined ?? (index < 0 ? undefined : args[index + 1]);
}
