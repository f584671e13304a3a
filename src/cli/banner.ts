import type { Gateway } from '../gateway/index.ts';
import { ScpiDriver } from '../instruments/index.ts';
import { table } from './table.ts';

/** What a person sees when a gateway has started: where everything is, and what to try. */
export function printedBanner({ directory }: Gateway): string {
  const { ports, instruments, doors } = directory;
  const ways = doors.map((door) => {
    const { name, kind, address, serves } = door.status();
    return [name, kind, address, serves?.instrument ?? serves?.port ?? 'everything'];
  });
  return [
    '',
    `Signalbox is running: ${counted(ports.size, 'port')}, ${counted(instruments.size, 'instrument')}.`,
    '',
    table(['DOOR', 'KIND', 'ADDRESS', 'LEADS TO'], ways),
    '',
    ...dashboard(directory),
    'Try, in another terminal:',
    ...suggestions(directory).map((line) => `  ${line}`),
    '',
    ...signIns(directory),
    'Stop with Ctrl-C.',
    '',
  ].join('\n');
}

/** Three commands that show something with these instruments. */
function suggestions({ instruments }: Gateway['directory']): string[] {
  const all = [...instruments.values()];
  const flow = all.find(({ driver }) => driver.family === 'bronkhorst');
  // A miner, which tells all that it knows at once.
  const teller = all.find(({ driver }) => driver.readMany !== undefined);
  // Others that take messages have a language of their own.
  const meter = all.find(({ driver }) => driver instanceof ScpiDriver);
  const lines = [
    ...(flow === undefined
      ? []
      : [
          `npx signalbox set ${flow.name} setpoint 16000`,
          `npx signalbox watch ${flow.name}.fMeasure --every 500`,
        ]),
    ...(meter === undefined ? [] : [`npx signalbox query ${meter.name} '*IDN?'`]),
    ...(teller === undefined ? [] : [`npx signalbox values ${teller.name}`]),
    'npx signalbox status',
    'npx signalbox stats',
  ];
  return lines.slice(0, 3);
}

/** Where a browser shows everything. */
function dashboard({ doors }: Gateway['directory']): string[] {
  const http = doors.map((door) => door.status()).find(({ kind }) => kind === 'http');
  return http === undefined ? [] : [`Dashboard: ${http.address}`, ''];
}

/** Where a browser signs in, for each player. */
function signIns({ doors, players }: Gateway['directory']): string[] {
  const http = doors.map((door) => door.status()).find(({ kind }) => kind === 'http');
  if (http === undefined || players === undefined || players.size === 0) return [];
  const urls = Array.from(players.keys(), (name) => `${http.address}/api/players/${name}/sign-in`);
  return ['Sign in once, in a browser, to play music:', ...urls.map((url) => `  ${url}`), ''];
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
