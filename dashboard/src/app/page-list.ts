import type { IconName } from '../parts/icon-drawings.ts';

/** What is told of a page before its code is loaded. */
export interface PageFacts {
  /** The first part of its path; '' is the page at `/`. The gateway's list of pages has it too. */
  readonly name: string;
  readonly title: string;
  readonly icon: IconName;
  /** Under which heading the navigation lists it. */
  readonly group: Group;
  /** After `g`, this key goes there. */
  readonly key: string;
}

/** The headings of the navigation. */
export const groups = ['Watch', 'Use', 'Set up'] as const;
type Group = (typeof groups)[number];

/** All pages, in the order of the navigation. */
export const pages = [
  { name: '', title: 'Overview', icon: 'overview', group: 'Watch', key: 'o' },
  { name: 'instruments', title: 'Instruments', icon: 'instruments', group: 'Watch', key: 'i' },
  { name: 'ports', title: 'Ports', icon: 'ports', group: 'Watch', key: 'p' },
  { name: 'plots', title: 'Plots', icon: 'plots', group: 'Watch', key: 'l' },
  { name: 'miners', title: 'Miners', icon: 'miners', group: 'Watch', key: 'm' },
  { name: 'alerts', title: 'Alerts', icon: 'alerts', group: 'Watch', key: 't' },
  { name: 'leases', title: 'Leases', icon: 'leases', group: 'Use', key: 'h' },
  { name: 'alarms', title: 'Alarms', icon: 'alarms', group: 'Use', key: 'a' },
  { name: 'diagnosis', title: 'Not working?', icon: 'diagnosis', group: 'Use', key: 'w' },
  { name: 'add', title: 'Add an instrument', icon: 'add', group: 'Set up', key: 'n' },
  { name: 'settings', title: 'Settings', icon: 'settings', group: 'Set up', key: 's' },
] as const satisfies readonly PageFacts[];

export type PageName = (typeof pages)[number]['name'];

/** The page with a name; undefined when there is none. */
export function pageNamed(name: string): (typeof pages)[number] | undefined {
  return pages.find((page) => page.name === name);
}
