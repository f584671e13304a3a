import { hasCode, SignalboxError, sleep, systemClock } from '../kernel/index.ts';
import { findGateway, findRecord } from './find-gateway.ts';
import type { GatewayWish } from './find-gateway.ts';
import { isRunning } from './gateway-record.ts';
import { clientOf } from './session.ts';

/** How long a gateway that was told to stop may take. */
export const stopLongestMs = 31_000;
const lookEveryMs = 50;

/**
 * Stops the gateway that is meant, in order, and waits until it is gone. Gives its process.
 * @throws GATEWAY_UNREACHABLE when there is none, WAIT_TIMEOUT when it does not end
 */
export async function stopGateway(wish: GatewayWish, signal: AbortSignal): Promise<number> {
  const record = await findRecord(wish);
  if (record !== undefined && record.url === undefined) {
    // Without an HTTP door it hears signals only; they mean the same to it.
    process.kill(record.pid, 'SIGTERM');
    await untilGone(record.pid, () => isRunning(record), signal);
    return record.pid;
  }
  const client = clientOf(await findGateway(wish));
  const { pid } = await client.status({ signal });
  await client.shutdown({ signal });
  const answers = async (): Promise<boolean> => {
    try {
      return (await client.status({ signal })).pid === pid;
    } catch (error) {
      if (hasCode(error, 'GATEWAY_UNREACHABLE')) return false;
      return !hasCode(error, 'CANCELLED');
    }
  };
  await untilGone(pid, record?.pid === pid ? () => isRunning(record) : answers, signal);
  return pid;
}

async function untilGone(
  pid: number,
  isThere: () => boolean | Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const untilMs = systemClock.monotonic() + stopLongestMs;
  while (await isThere()) {
    if (systemClock.monotonic() > untilMs) {
      throw new SignalboxError(
        'WAIT_TIMEOUT',
        `the gateway (pid ${pid}) runs on after ${stopLongestMs} ms`,
        { nextStep: `See why with \`signalbox logs\`; end it with \`kill -9 ${pid}\`.` },
      );
    }
    await sleep(systemClock, lookEveryMs, signal);
  }
}
