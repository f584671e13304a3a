import { Argument } from 'commander';
import type { Command } from 'commander';
import { candidatesFor } from '../completion/candidates.ts';
import { GatewayNames } from '../completion/live-names.ts';
import { completionScripts, shells } from '../completion/scripts.ts';
import type { Shell } from '../completion/scripts.ts';
import { findGateway } from '../find-gateway.ts';
import { runningGateways } from '../gateway-record.ts';
import { say, sayJson } from '../output.ts';
import { clientOf, local } from '../session.ts';
import type { LocalOptions } from '../session.ts';

/** Whoever presses the tab key is not kept waiting for longer. */
export const answerLongestMs = 700;

/** `completion`: what a shell needs to complete command lines of signalbox. */
export function addCompletionCommand(program: Command): void {
  local(
    program.command('completion'),
    'completion bash >> ~/.bashrc',
    'completion fish > ~/.config/fish/completions/signalbox.fish',
  )
    .addArgument(new Argument('<shell>', 'whose completion').choices(shells))
    .description('print what a shell needs to complete commands, options and live names')
    .action((shell: Shell, options: LocalOptions) => {
      const script = completionScripts[shell];
      if (options.json === true) sayJson({ shell, script });
      else say(script.trimEnd());
    });

  program
    .command('complete [words...]', { hidden: true })
    .description('say what may come next; asked by the shell')
    .action(async (words: string[]) => {
      const signal = AbortSignal.timeout(answerLongestMs);
      const names = new GatewayNames({
        client: async () => clientOf(await findGateway({})),
        gateways: async () => (await runningGateways()).map(({ name }) => name),
        devices: async () => {
          const { listSerialDevices } = await import('../../links/index.ts');
          return (await listSerialDevices()).map(({ path }) => path);
        },
        shells,
        signal,
      });
      const found = await candidatesFor(program, words, names);
      if (found === 'files') say(':files');
      else for (const { text, description } of found) say(`${text}\t${description}`);
    });
}
