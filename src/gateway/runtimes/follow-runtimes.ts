import type { SubsystemStatus } from '../../doors/index.ts';
import type { RoomLog } from '../room-log.ts';
import type { RuntimeManager } from './runtime-manager.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** Writes what runtimes and their actors tell to the log. */
export function followRuntimes({ events }: RuntimeManager, log: RoomLog): void {
  const runtimes = log.of('runtimes');
  events.on('actor', ({ id, runtime, state, reason }) => {
    const why = reason === undefined ? '' : `: ${reason}`;
    const isTrouble = state === 'waiting' || state === 'error';
    runtimes[isTrouble ? 'warn' : 'info'](
      { actor: id, state },
      `${runtime} actor ${id} is ${state}${why}`,
    );
  });
  events.on('log', ({ actor, level, message }) => {
    const known = levels.find((each) => each === level) ?? 'info';
    runtimes[known]({ actor }, `${actor}: ${message}`);
  });
  events.on('step', ({ step, outcome, tookMs, reason }) => {
    const why = reason === undefined ? '' : `: ${reason}`;
    runtimes.info(
      { step, outcome, tookMs },
      `${step} ${outcome} after ${tookMs.toFixed(0)} ms${why}`,
    );
  });
}

/** Runtimes and actors as `/readyz` tells of them. */
export function subsystemsOf(manager: RuntimeManager): SubsystemStatus[] {
  const { inline, isolated, actors } = manager.status();
  return [
    ...Object.entries({ inline, isolated })
      // One that is not enabled is not waited for.
      .filter(([, state]) => state !== 'inactive')
      .map(([kind, state]) => {
        const given = actors.filter((each) => each.runtime === kind && each.state === 'error');
        const reason = given.map(({ id }) => `actor ${id} was given up`).join(', ');
        const isReady = state === 'active';
        return { name: `runtime ${kind}`, isReady, state, ...(isReady ? {} : { reason }) };
      }),
    ...actors.map(({ id, state, reason }) => ({
      name: `actor ${id}`,
      isReady: state === 'running',
      state,
      ...(reason === undefined ? {} : { reason }),
    })),
  ];
}
