import type { Clock } from '../../../kernel/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import { joinCgminerArguments } from '../../../protocols/index.ts';
import type { CgminerRequest } from '../../../protocols/index.ts';
import type { Action, ActionContext } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { checkPool, poolArguments } from '../miner/pool-arguments.ts';

/** Makes a transaction of a command. `traced` is what the trace shows of it. */
export type CgminerCommand = (
  request: CgminerRequest,
  repeat: 'safe' | 'never',
  traced?: string,
) => Transaction<void>;

/** So long after the command an Avalon goes to sleep or wakes: its clock may be a little behind. */
export const softSwitchDelayMs = 5_000;

const poolNumber: Parameter = {
  name: 'number',
  title: 'Number of the pool, as `pools` lists it',
  type: 'integer',
  access: 'write',
  minimum: 0,
  maximum: 999,
};

/** What a miner with cgminer can be told. Source: cgminer, API-README; Canaan Avalon API. */
export function cgminerActions(command: CgminerCommand): readonly Action[] {
  const action = (
    name: string,
    title: string,
    arguments_: readonly Parameter[],
    of: (values: Readonly<Record<string, Value>>, clock: Clock) => Transaction<void>,
  ): Action => ({
    name,
    title,
    arguments: arguments_,
    run: async (values, context: ActionContext) => {
      await context.transact(of(values, context.clock));
      return undefined;
    },
  });
  const pool = (name: string, title: string, repeat: 'safe' | 'never'): Action =>
    action(name, title, [poolNumber], (values) =>
      command(
        { command: name.toLowerCase(), parameter: String(Number(values['number'] ?? 0)) },
        repeat,
      ),
    );
  /** Takes the time at which it is to be, in seconds since 1970. */
  const soft = (option: 'softon' | 'softoff', clock: Clock): Transaction<void> => {
    const at = Math.ceil((clock.now() + softSwitchDelayMs) / 1_000);
    return command({ command: 'ascset', parameter: `0,${option},1:${at}` }, 'safe');
  };
  return [
    action('restart', 'Restarts cgminer', [], () => command({ command: 'restart' }, 'never')),
    action('pause', 'Switches an Avalon off softly', [], (_values, clock) =>
      soft('softoff', clock),
    ),
    action('resume', 'Switches an Avalon on again', [], (_values, clock) => soft('softon', clock)),
    pool('switchPool', 'Goes over to another pool', 'safe'),
    pool('enablePool', 'Lets a pool be used', 'safe'),
    pool('disablePool', 'Keeps a pool from being used', 'safe'),
    // The numbers of those behind it change: done twice, another one would go.
    pool('removePool', 'Takes a pool away; the others get new numbers', 'never'),
    action('addPool', 'Adds a pool', poolArguments, (values) => {
      const { url, user, password } = checkPool(values);
      const parameter = joinCgminerArguments([url, user, password]);
      return command({ command: 'addpool', parameter }, 'never', `addpool|${url},${user},***`);
    }),
  ];
}
