import type { Config, Settings } from '../../config/index.ts';
import type { Directory } from '../../doors/index.ts';
import { systemClock } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Scheduler } from '../../schedules/index.ts';
import type { Alerts, Hub, LatestValues, Recorder, SystemMonitor } from '../../telemetry/index.ts';
import { publishAlerts } from './publish-alerts.ts';
import { publishInstruments } from './publish-instruments.ts';
import { publishPorts } from './publish-ports.ts';
import { publishRecorder } from './publish-recorder.ts';
import { publishSchedules } from './publish-schedules.ts';
import { publishSettings } from './publish-settings.ts';
import { publishSystem } from './publish-system.ts';
import { publishValues } from './publish-values.ts';

/** What is published on a hub; what is absent has no topics. */
export interface PublishedSources {
  readonly directory: Directory;
  readonly latest?: LatestValues | undefined;
  readonly settings?: Pick<Settings<Config>, 'onChange'> | undefined;
  readonly schedules?: Pick<Scheduler, 'events'> | undefined;
  readonly recording?: Pick<Recorder, 'events' | 'status'> | undefined;
  readonly system?: Pick<SystemMonitor, 'latest' | 'events'> | undefined;
  readonly alerts?: Pick<Alerts, 'events' | 'open' | 'silences'> | undefined;
}

/**
 * Follows what the rooms of a gateway tell, and publishes it on a hub until it is disposed. Nothing is
 * asked of an instrument for it, and nothing made ready that nobody listens to.
 */
export function publish(
  hub: Hub,
  { directory, latest, settings, schedules, alerts, recording, system }: PublishedSources,
  clock: Clock = systemClock,
): Disposable {
  using made = new DisposableStack();
  made.use(publishPorts(hub, directory, clock));
  made.use(publishInstruments(hub, directory, clock));
  if (settings !== undefined) made.use(publishSettings(hub, settings, clock));
  if (schedules !== undefined) made.use(publishSchedules(hub, schedules, clock));
  if (system !== undefined) made.use(publishSystem(hub, system));
  if (alerts !== undefined) made.use(publishAlerts(hub, alerts, clock));
  if (recording !== undefined) made.use(publishRecorder(hub, recording, clock));
  if (latest !== undefined) made.use(publishValues(hub, latest));
  return made.move();
}
