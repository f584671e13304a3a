import { given, SignalboxError } from '../../../kernel/index.ts';
import { mapTransaction } from '../../../ports/index.ts';
import type { Transaction } from '../../../ports/index.ts';
import { checkChoice, checkLimits, checkReadable, checkWritable } from '../../check-value.ts';
import type { Driver, FunctionFacts, Identity } from '../../driver.ts';
import type { Parameter, Value } from '../../parameter.ts';
import { checkedArguments, playerFunctions } from './player-functions.ts';
import { playerParameters } from './player-parameters.ts';
import { WebApi } from './web-api.ts';

/** How long one request to the service may take, with the connection to it, in ms. */
export const spotifyTimeoutMs = 10_000;

export interface SpotifyDriverOptions {
  /** @default {@link spotifyTimeoutMs} */
  readonly timeoutMs?: number;
}

/**
 * The player of a Spotify account as an instrument. All parameters are read by one request, whoever
 * asks for them at the same time. Source: Spotify Web API, Player.
 */
export class SpotifyDriver implements Driver {
  readonly family = 'spotify';
  readonly parameters: readonly Parameter[] = playerParameters.map(({ parameter }) => parameter);
  readonly actions: Driver['actions'] = [];
  readonly functions: readonly FunctionFacts[] = playerFunctions.map((each) => ({
    name: each.name,
    doc: each.doc,
    parameters: each.arguments.map(({ name, title }) => ({ name, title })),
  }));
  readonly #timeoutMs: number;

  constructor({ timeoutMs = spotifyTimeoutMs }: SpotifyDriverOptions = {}) {
    this.#timeoutMs = timeoutMs;
  }

  parameter(nameOrNumber: string | number): Parameter | undefined {
    return this.parameters.find(({ name }) => name === nameOrNumber);
  }

  read(parameter: Parameter): Transaction<Value> {
    checkReadable(parameter);
    const declared = playerParameters.find((each) => each.parameter === parameter);
    const state = this.#operation('read the player', 'safe', 'GET /me/player', (api) =>
      api.state(),
    );
    return mapTransaction({ ...state, merge: { key: 'state' } }, (reply) => {
      if (declared === undefined) throw new SignalboxError('NOT_FOUND', `no ${parameter.name}`);
      return declared.read(reply);
    });
  }

  write(parameter: Parameter, value: Value): Transaction<void> {
    checkWritable(parameter);
    checkLimits(parameter, value);
    const declared = playerParameters.find((each) => each.parameter === parameter);
    checkChoice(parameter, value, declared?.choices);
    const label = `write ${parameter.name}`;
    // To set the same once more changes nothing.
    return this.#operation(label, 'safe', `${parameter.name} = ${String(value)}`, async (api) => {
      await declared?.write?.(api, value);
    });
  }

  call(method: string, params: unknown): Transaction<unknown> {
    const called = playerFunctions.find(({ name }) => name === method);
    if (called === undefined) {
      const names = playerFunctions.map(({ name }) => name).join(', ');
      throw new SignalboxError(
        'NOT_FOUND',
        `a player has no function '${method.slice(0, 40)}'; it has ${names}`,
      );
    }
    const checked = checkedArguments(called, params);
    const repeat = called.isRepeatable ? 'safe' : 'never';
    const traced = `${method} ${JSON.stringify(checked)}`;
    return this.#operation(`call ${method}`, repeat, traced, (api) => called.run(api, checked));
  }

  isReading(method: string): boolean {
    return playerFunctions.find(({ name }) => name === method)?.isReading ?? false;
  }

  identify(): Transaction<Identity> {
    const me = this.#operation('identify the account', 'safe', 'GET /me', (api) => api.get('/me'));
    return mapTransaction(me, (answer) => {
      const { display_name: name, product } = (answer ?? {}) as Readonly<Record<string, unknown>>;
      const model = typeof product === 'string' ? `account (${product})` : undefined;
      const text = `Spotify, ${typeof name === 'string' ? name : 'an account'}`;
      return { maker: 'Spotify', text, ...given({ model }) };
    });
  }

  /** @param traced what the trace shows of it */
  #operation<Reply>(
    label: string,
    repeat: Transaction<unknown>['repeat'],
    traced: string,
    run: (api: WebApi) => Promise<Reply>,
  ): Transaction<Reply> {
    return {
      label,
      timeoutMs: this.#timeoutMs,
      repeat,
      attempt: () => ({
        // For the trace: no bytes of it are sent.
        request: new TextEncoder().encode(traced),
        operate: async (link, signal) => await run(new WebApi(link, signal)),
      }),
    };
  }
}
