import { hint } from './alike.ts';
import type { ConfigProblem } from './check-references.ts';
import type { Config } from './config.ts';
import type { StepConfig } from './schedules-config.ts';

/** What alarms and jobs say of other parts of a configuration that cannot be. */
export function checkSchedules(config: Config): ConfigProblem[] {
  return [...namesTwice(config), ...players(config), ...steps(config)];
}

/** One name is one thing, whichever table it is in. */
function namesTwice({ alarms, jobs }: Config): ConfigProblem[] {
  return Object.keys(jobs)
    .filter((name) => Object.hasOwn(alarms, name))
    .map((name) => ({ path: ['jobs', name], message: `'${name}' is an alarm already` }));
}

function players({ alarms, instruments }: Config): ConfigProblem[] {
  return Object.entries(alarms).flatMap(([name, { player }]) => {
    const path = ['alarms', name, 'player'];
    const instrument = Object.hasOwn(instruments, player) ? instruments[player] : undefined;
    if (instrument === undefined) {
      const players = Object.entries(instruments).filter(([, { driver }]) => driver === 'spotify');
      const names = players.map(([each]) => each);
      return [{ path, message: noSuch('player', player, names) }];
    }
    const { driver } = instrument;
    if (driver === 'spotify') return [];
    return [
      { path, message: `an alarm needs a player, and '${player}' is a ${driver} instrument` },
    ];
  });
}

function steps({ jobs, instruments }: Config): ConfigProblem[] {
  return Object.entries(jobs).flatMap(([name, job]) =>
    job.steps.flatMap((step, index) =>
      problemsOf(step, instruments).map(({ path, message }) => ({
        path: ['jobs', name, 'steps', index, ...path],
        message,
      })),
    ),
  );
}

function problemsOf(step: StepConfig, instruments: Config['instruments']): ConfigProblem[] {
  if (!('instrument' in step)) return [];
  const { instrument: name } = step;
  const instrument = Object.hasOwn(instruments, name) ? instruments[name] : undefined;
  if (instrument === undefined) {
    const message = noSuch('instrument', name, Object.keys(instruments));
    return [{ path: ['instrument'], message }];
  }
  if (!('parameter' in step)) return [];
  // What other families have is known when the instrument is built.
  if (instrument.driver !== 'scpi' && instrument.driver !== 'worker') return [];
  if (Object.hasOwn(instrument.parameters, step.parameter)) return [];
  const message = noSuch('parameter', step.parameter, Object.keys(instrument.parameters));
  return [{ path: ['parameter'], message }];
}

function noSuch(kind: string, wanted: string, existing: readonly string[]): string {
  return `no ${kind} '${wanted}'${hint(wanted, existing, kind)}`;
}
