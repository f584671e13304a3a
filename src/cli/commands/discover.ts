import type { Command } from 'commander';
import { baudRates, wholeNumber } from '../arguments.ts';
import type { DiscoverFlags } from '../discover/discover.ts';
import { attempt, common } from '../session.ts';

/** As a gateway tries them. */
const usualBaudRates: readonly number[] = [38_400, 9_600, 115_200, 19_200, 57_600, 230_400];

const tcpPort = wholeNumber(1, 65_535);

/** `discover`: scans, identifies, tries and names instruments, with a gateway or without. */
export function addDiscoverCommand(program: Command): void {
  common(
    program.command('discover [places...]'),
    'discover',
    'discover bus',
    'discover --network eth0',
    'discover --network 192.168.1.0/24 --write lab.toml',
    'discover /dev/ttyUSB0 192.168.1.20:5025 --write lab.toml',
  )
    .description(
      'find, identify, try and name instruments: on the ports of the gateway, on serial devices, at HOST:PORT',
    )
    .option('--baud-rates <list>', 'to try on serial devices', baudRates, usualBaudRates)
    .option(
      '--network [interfaces...]',
      'search the networks of this machine, or of these interfaces, by multicast DNS and VXI-11 broadcast; of a network like 192.168.1.0/24 each address is asked whether it is a miner',
    )
    .option('--http-port <number>', 'where miners of such a network have their pages', tcpPort, 80)
    .option('--rpc-port <number>', "where they have cgminer's RPC", tcpPort, 4_028)
    .option('--write <file>', 'write a configuration, or add to one')
    .option('--yes', 'add to a file that is there without asking')
    .action(async (places: string[], options: DiscoverFlags) => {
      await attempt(options, async (session) => {
        const { discover } = await import('../discover/discover.ts');
        await discover(places, options, session);
      });
    });
}
