import { readFileSync } from 'node:fs';
import type { SystemMonitor } from '../system/system-monitor.ts';
import { openFiles } from '../system/open-files.ts';
import { counter, gauge } from './metric-family.ts';
import type { MetricFamily } from './metric-family.ts';

const microsecondsPerSecond = 1_000_000;
const msPerSecond = 1_000;

/** The process, under the names that Prometheus' own libraries give; delays are of the last two seconds. */
export function processMetrics(system: SystemMonitor, version: string): MetricFamily[] {
  const { user, system: kernel } = process.cpuUsage();
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const { eventLoopDelay, clients } = system.latest();
  const one = (name: string, help: string, value: number): MetricFamily =>
    gauge(name, help, [{ value }]);
  const files = openFiles();
  const filesMost = openFilesMost();
  return [
    gauge('signalbox_build_info', 'The version that runs.', [
      { labels: { version, node: process.versions.node }, value: 1 },
    ]),
    counter('process_cpu_seconds_total', 'CPU time that the process has taken.', [
      { value: (user + kernel) / microsecondsPerSecond },
    ]),
    one('process_resident_memory_bytes', 'Memory of the machine that the process takes.', rss),
    one(
      'process_start_time_seconds',
      'When the process began, since 1970.',
      Date.now() / msPerSecond - process.uptime(),
    ),
    ...(files === undefined
      ? []
      : [one('process_open_fds', 'Files, sockets and pipes that are open.', files)]),
    ...(filesMost === undefined
      ? []
      : [one('process_max_fds', 'How many may be open.', filesMost)]),
    one('nodejs_heap_size_used_bytes', 'Heap that is in use.', heapUsed),
    one('nodejs_heap_size_total_bytes', 'Heap that is taken.', heapTotal),
    one('nodejs_external_memory_bytes', 'Buffers and the like, beside the heap.', external),
    one(
      'nodejs_eventloop_lag_p50_seconds',
      'How long what was due waited in the event loop: the median.',
      eventLoopDelay.p50Ms / msPerSecond,
    ),
    one(
      'nodejs_eventloop_lag_p99_seconds',
      'How long what was due waited in the event loop: 99 of 100 less.',
      eventLoopDelay.p99Ms / msPerSecond,
    ),
    one(
      'nodejs_eventloop_lag_max_seconds',
      'How long what was due waited in the event loop: the longest.',
      eventLoopDelay.longestMs / msPerSecond,
    ),
    one('signalbox_clients', 'Programs inside, through all doors.', clients),
    counter('signalbox_clock_steps_total', 'How often the clock of the machine was set.', [
      { value: system.clockStepsTotal },
    ]),
  ];
}

/** As the process was started; undefined where the system does not tell. */
function openFilesMost(): number | undefined {
  try {
    const text = readFileSync('/proc/self/limits', 'utf8');
    const found = /^Max open files +(\d+)/m.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}
