import { asSignalboxError, duration } from '../../kernel/index.ts';
import type { SignalboxClient, StatusReport } from '../../client/index.ts';
import type { Check } from '../../telemetry/index.ts';
import { check } from './check.ts';

/** What a gateway that answers says of itself, or that none does. */
export interface CheckedGateway {
  readonly checks: readonly Check[];
  readonly status?: StatusReport;
}

/** Whether a gateway answers, and whether it lets this user in. */
export async function checkGateway(
  client: SignalboxClient,
  signal: AbortSignal,
): Promise<CheckedGateway> {
  try {
    const status = await client.status({ signal });
    const { version, pid, sinceMs } = status;
    const up = duration(Math.max(0, Date.now() - sinceMs));
    const found = `version ${version} at ${client.url}, pid ${pid}, up ${up}`;
    return { checks: [{ area: 'gateway', name: 'gateway', passed: true, found }], status };
  } catch (thrown) {
    const { code, fault, message, nextStep } = asSignalboxError(thrown);
    const isRefused = code === 'AUTHENTICATION_REQUIRED';
    const next = isRefused ? 'Give its token in SIGNALBOX_TOKEN.' : nextStep;
    return {
      checks: [
        {
          area: isRefused ? 'tokens' : 'gateway',
          name: 'gateway',
          passed: false,
          found: `${client.url}: ${message} [${code}]`,
          code,
          fault,
          next,
        },
      ],
    };
  }
}

/** What the gateway finds wrong with itself, and what is well. */
export async function checkWithin(
  client: SignalboxClient,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  try {
    const { checks } = await client.diagnosis({ signal });
    return checks as readonly Check[];
  } catch (thrown) {
    return [
      await check('gateway', 'diagnosis', () => {
        throw thrown;
      }),
    ];
  }
}

/** Whether each instrument says what it is. */
export async function checkInstruments(
  client: SignalboxClient,
  { instruments }: StatusReport,
  signal: AbortSignal,
): Promise<Check[]> {
  return await Promise.all(
    instruments.map(
      async ({ name }) =>
        await check('instrument', `instrument ${name}`, async () => {
          const { text } = await client.identify(name, { signal });
          return text;
        }),
    ),
  );
}
