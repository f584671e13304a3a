import type { Command } from 'commander';
import { addScheduleActions } from './schedule-actions.ts';

/** `alarm`: music at a time of the day. */
export function addAlarmCommand(program: Command): void {
  const alarm = program
    .command('alarm')
    .description('alarms: see them, set them, let them ring, switch them on and off');
  addScheduleActions(alarm, 'alarm');
}
