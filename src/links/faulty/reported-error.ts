import { getSystemErrorMap } from 'node:util';
import { SignalboxError } from '../../kernel/index.ts';
import type { ReportedError } from './link-fault.ts';

/**
 * The error as Node throws it for a failed call of the system: text, name, number and call.
 * @throws BAD_ARGUMENT for a name that no error number has here
 */
export function reportedError(reported: ReportedError, call: string): Error {
  if ('text' in reported) return new Error(reported.text);
  const { errno: name } = reported;
  for (const [errno, [known, meaning]] of getSystemErrorMap()) {
    if (known !== name) continue;
    return Object.assign(new Error(`${name}: ${meaning}, ${call}`), {
      errno,
      code: name,
      syscall: call,
    });
  }
  throw new SignalboxError('BAD_ARGUMENT', `no error number is called ${name}`, {
    details: { argument: 'errno', value: name },
    nextStep: 'Use a name of `man 3 errno`, such as EIO.',
  });
}
