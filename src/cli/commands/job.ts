import type { Command } from 'commander';
import { addScheduleActions } from './schedule-actions.ts';

/** `job`: steps that are done at times. They are written in the configuration. */
export function addJobCommand(program: Command): void {
  const job = program
    .command('job')
    .description('jobs: see them, run them, switch them on and off');
  addScheduleActions(job, 'job');
}
