import type { Command } from 'commander';
import { say, sayJson } from '../output.ts';
import { common, withGateway } from '../session.ts';
import type { CommonOptions } from '../session.ts';
import { whileWaiting } from '../waiting.ts';

interface ReleaseFlags extends CommonOptions {
  readonly reclaim?: boolean;
}

/** `release`: hands a port to another program, and takes it back. */
export function addReleaseCommand(program: Command): void {
  common(program.command('release <port>'), 'release bus', 'release bus --reclaim')
    .description('hand a port to another program, such as a vendor’s tool; --reclaim takes it back')
    .option('--reclaim', 'take it back')
    .action(async (port: string, options: ReleaseFlags) => {
      await withGateway(options, async (session) => {
        const { client, isJson, signal } = session;
        const isBack = options.reclaim === true;
        const report = await whileWaiting(session, port, `port ${port}`, async () =>
          isBack
            ? await client.reclaimPort(port, { signal })
            : await client.releasePort(port, { signal }),
        );
        if (isJson) sayJson(report);
        else if (isBack) say(`port ${port} is taken back`);
        else {
          say(`port ${port} (${report.address}) is free for another program`);
          say(`take it back with: signalbox release ${port} --reclaim`);
        }
      });
    });
}
