import type { Command } from 'commander';
import { addAlarmChanges } from './alarm-changes.ts';
import { addScheduleActions } from './schedule-actions.ts';
import { addSleepCommands } from './sleep.ts';

/** `alarm`: music at a time of the day. */
export function addAlarmCommand(program: Command): void {
  const alarm = program
    .command('alarm')
    .description('alarms: see them, set them, let them ring, switch them on and off');
  addScheduleActions(alarm, 'alarm');
  addAlarmChanges(alarm);
  addSleepCommands(alarm);
}
