import { setTimeout as sleep } from 'node:timers/promises';
import { defineActor } from '../../../../src/instruments/driver-api.ts';

/** Does what it is told to, and what no actor should. */
export default defineActor({
  runtimes: ['inline', 'isolated'],
  async start({ id, settings, resources, publish, log }) {
    const {
      startFails = false,
      stopTakesMs = 0,
      startTakesMs = 0,
    } = settings as {
      readonly startFails?: boolean;
      readonly stopTakesMs?: number;
      readonly startTakesMs?: number;
    };
    const ended = Promise.withResolvers<void>();
    let isWell = true;
    await sleep(startTakesMs);
    if (startFails) throw new Error('it does not want to start');
    log('warn', `${id} is here`);
    return {
      done: ended.promise,
      check: () => {
        if (!isWell) throw new Error('it has a cold');
      },
      stop: async () => {
        await sleep(stopTakesMs);
        ended.resolve();
      },
      call: async (method, params, signal) => {
        switch (method) {
          case 'fall ill':
            isWell = false;
            return undefined;
          case 'crash':
            ended.reject(new Error('it fell over'));
            return undefined;
          case 'exit':
            process.exit(7);
            return undefined;
          case 'block': {
            const untilMs = Date.now() + Number(params);
            while (Date.now() < untilMs);
            return undefined;
          }
          case 'hold and tell': {
            const hold = await resources.acquireSerialPort(String(params), 5_000);
            hold.lost.addEventListener('abort', () => publish('lost', id));
            return 'held';
          }
          case 'hold for a moment': {
            const given = new AbortController();
            const wait = resources.acquireSerialPort(String(params), 5_000, given.signal);
            setImmediate(() => given.abort());
            return await wait.then(
              async (hold) => {
                await hold.release();
                return 'held';
              },
              () => 'given up',
            );
          }
          case 'wait': {
            await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
            publish('told', method);
            return undefined;
          }
          case 'be refused': {
            const told = async (waitMs: number): Promise<string> =>
              await resources.acquireSerialPort(String(params), waitMs).then(
                () => 'held',
                (error: Error) => error.message,
              );
            return [await told(0), await told(50)];
          }
          case 'take in the wrong order':
            return await resources.inOrder(async () => {
              await using _port = await resources.acquireSerialPort(String(params), 5_000);
              await using _meter = await resources.holdVisa(5_000);
              await _port.release();
              return await resources.acquireSerialPort(String(params), 5_000).then(
                () => 'held',
                (error: { readonly code?: string }) => error.code,
              );
            });
          case 'hold':
            await resources.acquireSerialPort(String(params), 5_000);
            return 'held';
          case 'hold visa': {
            const meter = await resources.holdVisa(5_000);
            const first = await meter.command(`${String(params)} one?`, 2_000);
            await sleep(30);
            const second = await meter.command(`${String(params)} two?`, 2_000);
            await meter.release();
            const late = await meter.command('late?', 2_000).catch((error: unknown) => error);
            return [first, second, (late as { readonly code?: string }).code];
          }
          case 'visa':
            return await resources.enqueueVisaCommand(String(params), 5_000);
          case 'pid':
            return process.pid;
          case 'publish':
            publish('news', { trace: Float32Array.of(1, 2, 3) });
            return undefined;
          default:
            return params;
        }
      },
    };
  },
});
