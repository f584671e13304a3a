import type { Action, Driver, Parameter } from '../../../src/instruments/index.ts';
import { SignalboxError } from '../../../src/kernel/index.ts';
import type { ErrorCode } from '../../../src/kernel/index.ts';

/** A driver that fails with the code that a parameter, message or action names. */
export interface FailingDriver extends Driver {
  identifiesWith: string;
}

export function failingDriver(): FailingDriver {
  const fail = (code: string): never => {
    throw new SignalboxError(code as ErrorCode, `it came to ${code}`);
  };
  const action: Action = {
    name: 'fail',
    title: 'Fails',
    arguments: [{ name: 'code', title: 'How', type: 'string', access: 'write' }],
    run: async ({ code }) => fail(String(code)),
  };
  return {
    family: 'failing',
    scope: undefined,
    parameters: [],
    actions: [action],
    identifiesWith: 'INTERNAL',
    parameter: (name): Parameter => ({
      name: String(name),
      title: 'Fails',
      type: 'integer',
      access: 'read-write',
    }),
    read: ({ name }) => fail(name),
    write: ({ name }) => fail(name),
    identify() {
      return fail(this.identifiesWith);
    },
    query: (message) => fail(message),
    send: (message) => fail(message),
  };
}
