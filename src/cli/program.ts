import { Command } from 'commander';
import { addAlarmCommand } from './commands/alarm.ts';
import { addAlertsCommand } from './commands/alerts.ts';
import { addCallCommand } from './commands/call.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addConfigCommand } from './commands/config.ts';
import { addDiscoverCommand } from './commands/discover.ts';
import { addDoctorCommand, addTestCommand } from './commands/doctor.ts';
import { addExportCommand } from './commands/export.ts';
import { addHistoryCommand } from './commands/history.ts';
import { addJobCommand } from './commands/job.ts';
import { addLockCommand } from './commands/lock.ts';
import { addLogLevelCommand } from './commands/log-level.ts';
import { addLogsCommand } from './commands/logs.ts';
import { addQueryCommand } from './commands/query.ts';
import { addReadCommand } from './commands/read.ts';
import { addReleaseCommand } from './commands/release.ts';
import { addRestartCommand } from './commands/restart.ts';
import { addSetCommand } from './commands/set.ts';
import { addSimulateCommand } from './commands/simulate.ts';
import { addStartCommand } from './commands/start.ts';
import { addStatsCommand } from './commands/stats.ts';
import { addStatusCommand } from './commands/status.ts';
import { addStopCommand } from './commands/stop.ts';
import { addValuesCommand } from './commands/values.ts';
import { addWatchCommand } from './commands/watch.ts';
import { packageVersion } from './version.ts';

/** The whole command line. What a command needs beyond its options is loaded when it runs. */
export function createProgram(): Command {
  const program = new Command('signalbox')
    .description('Any number of programs share one instrument, and none of them can break another.')
    .version(packageVersion())
    .enablePositionalOptions()
    .exitOverride()
    // Errors are told in one form, whether a program or a person reads them.
    .configureOutput({ outputError: () => {} });

  program.commandsGroup('The gateway:');
  addStartCommand(program);
  addStopCommand(program);
  addRestartCommand(program);
  addStatusCommand(program);
  addLogsCommand(program);
  addLogLevelCommand(program);

  program.commandsGroup('Instruments:');
  addReadCommand(program);
  addSetCommand(program);
  addQueryCommand(program);
  addCallCommand(program);
  addValuesCommand(program);
  addWatchCommand(program);
  addHistoryCommand(program);
  addExportCommand(program);

  program.commandsGroup('Sharing:');
  addLockCommand(program);
  addReleaseCommand(program);
  addStatsCommand(program);

  program.commandsGroup('When something is wrong:');
  addAlertsCommand(program);

  program.commandsGroup('By the clock:');
  addAlarmCommand(program);
  addJobCommand(program);

  program.commandsGroup('Setting up:');
  addConfigCommand(program);
  addDiscoverCommand(program);
  addDoctorCommand(program);
  addTestCommand(program);
  addSimulateCommand(program);
  addCompletionCommand(program);
  return program;
}
