import { SignalboxError } from '../../../kernel/index.ts';
import type { Parameter, Value } from '../../parameter.ts';

const text = (name: string, title: string, longest: number): Parameter => ({
  name,
  title,
  type: 'string',
  access: 'write',
  longest,
});

/** How a pool is told to a miner of any family. The password can only be given, never read. */
export const poolArguments: readonly Parameter[] = [
  text('url', 'Where the pool is: stratum+tcp://HOST:PORT', 200),
  text('user', 'Worker: the address for the reward, a dot, a name', 200),
  text('password', 'Password at the pool', 100),
];

/** A pool that a miner is to use. */
export interface MinerPool {
  /** As it was given, with a scheme. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** Most pools look at no password; miners want one all the same. */
const usualPassword = 'x';

/** @throws BAD_ARGUMENT where something is missing; VALUE_INVALID for what is no address of a pool */
export function checkPool(values: Readonly<Record<string, Value>>): MinerPool {
  const { url, user, password = usualPassword } = values;
  if (typeof url !== 'string' || typeof user !== 'string' || user.trim() === '') {
    throw new SignalboxError('BAD_ARGUMENT', 'a pool needs its url and a user');
  }
  const match =
    /^(?:(stratum\+(?:tcp|ssl|tls)):\/\/)?(\[[\d:A-Fa-f.]+\]|[A-Za-z\d.-]+):(\d{1,5})\/?$/.exec(
      url.trim(),
    );
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new SignalboxError(
      'VALUE_INVALID',
      `'${url.slice(0, 60)}' is no address of a pool: stratum+tcp://HOST:PORT`,
    );
  }
  const [, scheme = 'stratum+tcp', host = ''] = match;
  const full = `${scheme}://${host}:${port}`;
  return { url: full, host, port, user: user.trim(), password: String(password) };
}
