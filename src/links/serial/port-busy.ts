import { SignalboxError } from '../../kernel/index.ts';
import { describeOpenProgram, findOpenPrograms } from '../linux/open-programs.ts';

/** PORT_BUSY with the programs that hold the device: in words, and as `details.holders`. */
export async function portBusyError(path: string, address: string): Promise<SignalboxError> {
  const { programs, hidden } = await findOpenPrograms(path);
  const details = { address, holders: programs };
  if (programs.length > 0) {
    const who = programs.map(describeOpenProgram).join(', ');
    return new SignalboxError('PORT_BUSY', `${address} is held by ${who}`, { details });
  }
  if (hidden > 0) {
    return new SignalboxError(
      'PORT_BUSY',
      `${address} is held by a program of another user, which this user may not see`,
      {
        details,
        nextStep: `See who holds it with \`sudo fuser -v ${path}\`, and stop that program.`,
      },
    );
  }
  return new SignalboxError('PORT_BUSY', `${address} is held by another program`, { details });
}
