import { SignalboxError } from '../../../kernel/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import type { Action } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { checkPool, poolArguments } from '../miner/pool-arguments.ts';
import type { AxeOs } from './axe-os.ts';

/** Makes a transaction of what is done with the API. */
export type BitaxeOperation = <Reply>(
  label: string,
  repeat: 'safe' | 'never',
  traced: string,
  run: (api: AxeOs) => Promise<Reply>,
) => Transaction<Reply>;

/** Pools 0 to 7 from 2.11 on; before, the first and the one that it falls back to. */
const poolsMost = 8;

/** What a Bitaxe can do beside being set. Source: ESP-Miner, openapi.yaml. */
export function bitaxeActions(operation: BitaxeOperation): readonly Action[] {
  /** @param repeat whether to do it twice is to do it once */
  const post = (name: string, title: string, path: string, repeat: 'safe' | 'never'): Action => ({
    name,
    title,
    arguments: [],
    run: async (_values, context) => {
      await context.transact(
        operation(name, repeat, `POST /api/system/${path}`, (api) => api.post(path)),
      );
      return undefined;
    },
  });
  return [
    post('restart', 'Restarts it; it is gone for 10 to 20 seconds', 'restart', 'never'),
    post('identify', 'Shows for 30 seconds which one it is', 'identify', 'never'),
    post('pause', 'Stops mining', 'pause', 'safe'),
    post('resume', 'Goes on mining', 'resume', 'safe'),
    post(
      'dismissBlock',
      'Takes the news of a found block off its display',
      'blockFound/dismiss',
      'safe',
    ),
    {
      name: 'clearOverheat',
      title: 'Lets it mine again after it was too hot',
      arguments: [],
      run: async (_values, context) => {
        const traced = 'PATCH /api/system overheat_mode = 0';
        await context.transact(
          operation('clearOverheat', 'safe', traced, (api) => api.patch({ overheat_mode: 0 })),
        );
        return undefined;
      },
    },
    {
      name: 'setPool',
      title: 'Sets a pool; it is used after a restart',
      arguments: [poolNumber, ...poolArguments],
      run: async (values, context) => {
        const pool = checkPool(values);
        const number = Number(values['number'] ?? 0);
        // The password is in no trace.
        const traced = `pool ${number} = ${pool.user} at ${pool.host}:${pool.port}`;
        await context.transact(
          operation('setPool', 'safe', traced, async (api) => await setPool(api, number, pool)),
        );
        return undefined;
      },
    },
  ];
}

const poolNumber: Parameter = {
  name: 'number',
  title: 'Which: 0 the first, 1 the one that it falls back to',
  type: 'integer',
  access: 'write',
  minimum: 0,
  maximum: poolsMost - 1,
};

/** Where pools have numbers they are set as a whole; before, each field of the two has a name. */
async function setPool(
  api: AxeOs,
  number: number,
  { host, port, user, password }: ReturnType<typeof checkPool>,
): Promise<void> {
  const { pools } = await api.info();
  if (Array.isArray(pools)) {
    await api.setPool(number, {
      stratumURL: host,
      stratumPort: port,
      stratumUser: user,
      stratumPassword: password,
    });
    return;
  }
  if (number > 1) {
    throw new SignalboxError('VALUE_OUT_OF_RANGE', 'this firmware has the pools 0 and 1', {
      details: { number },
    });
  }
  const prefix = number === 0 ? 'stratum' : 'fallbackStratum';
  const fields: Record<string, Value> = {
    [`${prefix}URL`]: host,
    [`${prefix}Port`]: port,
    [`${prefix}User`]: user,
    [`${prefix}Password`]: password,
  };
  await api.patch(fields);
}
