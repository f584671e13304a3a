import { posix } from 'node:path';

import { specifiersOf, withoutComments } from './sources.ts';
import type { SourceFile } from './sources.ts';

/** The rooms of src/, in the order of ARCHITECTURE.md: each imports only from rooms before it. */
export const rooms = [
  'kernel',
  'locks',
  'protocols',
  'links',
  'ports',
  'instruments',
  'sessions',
  'config',
  'telemetry',
  'schedules',
  'access',
  'doors',
  'cluster',
  'client',
  'simulators',
  'gateway',
  'cli',
] as const;

type Room = (typeof rooms)[number];

/** Rooms that know less than their place in the order allows. */
const only: Readonly<Partial<Record<Room, readonly Room[]>>> = {
  protocols: ['kernel'],
  client: ['kernel', 'protocols'],
  simulators: ['kernel', 'protocols', 'links'],
};

/** Rooms that run in a browser too. */
const anywhere: readonly Room[] = ['kernel', 'protocols', 'client'];

/** What of Node a file for anywhere must not name. */
const nodeOnly = /\b(?:Buffer|process|require|__dirname|__filename|setImmediate)\b\s*[.(]/;

/** Every import in src/ that breaks the order of the rooms, in words. */
export function violations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    if (room === undefined) return [];
    return [
      ...specifiersOf(file.text).flatMap((specifier) => wrongWith(file.path, room, specifier)),
      ...(anywhere.includes(room) && nodeOnly.test(withoutComments(file.text))
        ? [`${file.path} uses a global of Node; ${room}/ runs in a browser too`]
        : []),
    ];
  });
}

/** Folders in src/ that are no room. */
export function unknownRooms(files: readonly SourceFile[]): readonly string[] {
  const folders = files.flatMap(({ path }) => (path.split('/').length > 2 ? folderOf(path) : []));
  return [...new Set(folders)].filter((folder) => !isRoom(folder));
}

function wrongWith(path: string, room: Room, specifier: string): readonly string[] {
  const what = `${path} imports ${specifier}`;
  if (!specifier.startsWith('.')) {
    return specifier.startsWith('node:') && anywhere.includes(room)
      ? [`${what}; ${room}/ runs in a browser too`]
      : [];
  }
  const target = posix.join(posix.dirname(path), specifier);
  const other = roomOf(target);
  if (other === room) return [];
  if (other === undefined) return [`${what}, which is in no room`];
  const allowed = only[room] ?? rooms.slice(0, rooms.indexOf(room));
  if (!allowed.includes(other)) return [`${what}; ${room}/ must not know ${other}/`];
  return target === `src/${other}/index.ts`
    ? []
    : [`${what}; import from ${other}/index.ts instead`];
}

function roomOf(path: string): Room | undefined {
  const folder = folderOf(path);
  return isRoom(folder) ? folder : undefined;
}

function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function isRoom(folder: string): folder is Room {
  return rooms.some((room) => room === folder);
}
