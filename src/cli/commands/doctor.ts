import type { Command } from 'commander';
import { sayChecks } from '../checks/check.ts';
import { examine } from '../checks/examine.ts';
import { ProgressLine } from '../progress-line.ts';
import { attempt, common } from '../session.ts';
import type { CommonOptions } from '../session.ts';

/** `doctor`: what does not work, why, and what to do. */
export function addDoctorCommand(program: Command): void {
  examining(program, 'doctor', false).description(
    'say what does not work, why, and what to do; also when no gateway runs',
  );
}

/** `test`: the same, and each instrument is asked what it is. */
export function addTestCommand(program: Command): void {
  examining(program, 'test', true).description(
    'check the configuration, links, each instrument, disk, clock and tokens',
  );
}

function examining(program: Command, name: string, isThorough: boolean): Command {
  return common(program.command(`${name} [file]`), name, `${name} lab.toml --json`).action(
    async (file: string | undefined, options: CommonOptions) => {
      await attempt(options, async ({ isJson, signal }) => {
        using line = new ProgressLine('looking');
        const progress = (what: string): void => line.show(`looking at ${what}`);
        const checks = await examine({ wish: options, file, isThorough, signal, progress });
        line[Symbol.dispose]();
        signal.throwIfAborted();
        sayChecks(checks, isJson);
      });
    },
  );
}
