import type { SignalboxClientOptions } from './client-options.ts';

/** What a client says of itself, so that others see who asks. */
export type Introduction = Readonly<
  Record<'program' | 'client' | 'pid' | 'user', string | undefined>
>;

const nameBytes = 16;

/** With a random name, by which the gateway knows all connections of one client. */
export function introductionOf(options: SignalboxClientOptions): Introduction {
  const { program = 'signalbox client', pid, user } = options;
  return { program, client: randomName(), pid: pid === undefined ? undefined : String(pid), user };
}

/** The same as headers of a request. */
export function headersOf(introduction: Introduction): Readonly<Record<string, string>> {
  const given = Object.entries(introduction).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [`signalbox-${name}`, value ?? '']));
}

function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(nameBytes));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
