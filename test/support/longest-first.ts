import { relative, sep } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Rooms whose tests start processes and wait for them, those with the longest files first. */
const longRooms = [
  'doors',
  'gateway',
  'links',
  'python',
  'examples',
  'cli',
  'end-to-end',
  'faults',
];

/**
 * Long files first, so that all workers end at about the same time; files that share a process last, one
 * after the other, since a worker takes another one of them only when it is next.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId, project }: TestSpecification): number {
  if (!project.config.isolate) return longRooms.length + 1;
  const [, room = ''] = relative(project.config.root, moduleId).split(sep);
  const rank = longRooms.indexOf(room);
  return rank < 0 ? longRooms.length : rank;
}
