#!/usr/bin/env node
import { Command } from 'commander';
import { version } from '../gateway/index.ts';
import { addCheckingCommands } from './commands/checking.ts';
import { addStateCommands } from './commands/gateway-state.ts';
import { addHoldingCommands } from './commands/holding.ts';
import { addLifecycleCommands } from './commands/lifecycle.ts';
import { addLogLevelCommand } from './commands/log-level.ts';
import { addSimulationCommand } from './commands/simulation.ts';
import { addValueCommands } from './commands/values.ts';
import { exitCodes } from './exit-codes.ts';

const program = new Command('signalbox')
  .description('Any number of programs share one instrument, and none of them can break another.')
  .version(version)
  .enablePositionalOptions()
  .showHelpAfterError('(see `signalbox --help`)')
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.caller);
  });

addLifecycleCommands(program);
addStateCommands(program);
addValueCommands(program);
addHoldingCommands(program);
addCheckingCommands(program);
addSimulationCommand(program);
addLogLevelCommand(program);

await program.parseAsync();
